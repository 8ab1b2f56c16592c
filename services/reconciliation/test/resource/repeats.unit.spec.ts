import { decide, evolve, LIMITS } from '../../src/domain/index.js';
import { after, at, claim, inform, informed, reasonOf, synced, wake } from '../given.js';

const named = (id: string, body = 'body') => inform(at(1), { identity: { id, bodyHash: body } });

describe('commands that come again (reconciliation §15.9)', () => {
  it('answer with the version that the first one led to, and change nothing', () => {
    const story = after(inform(at(0)), named('c1'));
    const first = story.record;
    story.give(named('c2'));
    const second = story.record;
    expect(story.give(named('c1'))).toEqual({ repeatOf: first.version });
    expect(story.record).toBe(second);
  });

  it('refuse the same id for something else', () => {
    const story = after(named('c1'));
    expect(reasonOf(() => story.give(named('c1', 'other')))).toBe('IDEMPOTENCY_MISMATCH');
  });

  it('count as new once sixteen others came', () => {
    const story = after(named('c0'));
    for (let n = 1; n <= LIMITS.commandsRememberedMax; n += 1) story.give(named(`c${n}`));
    expect(story.record.commands).toHaveLength(LIMITS.commandsRememberedMax);
    expect(story.give(named('c0'))).toMatchObject({ alreadyExists: true });
  });
});

describe('messages that come again (§15.5)', () => {
  it('change nothing: a record is replaced only by a newer one', () => {
    const story = synced(at(0));
    for (const [index, event] of story.events.entries()) expect(evolve(story.record, event, index + 1)).toBe(story.record);
  });

  it('lead to the same record when they are all read, or only the last', () => {
    const story = after(inform(at(0)), claim(at(0)), wake(at(1), at(9)), named('c1'));
    const folded = story.events.reduce((state, event, index) => evolve(state, event, index + 1), undefined as typeof story.state);
    expect(folded).toEqual(story.record);
    const last = story.events.at(-1);
    expect(last && evolve(undefined, last, story.events.length)).toEqual(story.record);
  });

  it('keep a removed object removed until it is informed anew, as another record', () => {
    const story = synced(at(0));
    const retention = { deletedMs: 1, syncedMs: 1_000, degradedMs: 1, expires: false };
    const { id, leaseToken, version } = story.record;
    expect(story.give({ type: 'remove', now: at(1), retention })).toBe('left');
    expect(story.give({ type: 'remove', now: at(1.001), retention })).toBe('done');
    expect(story.state).toBeUndefined();
    expect(story.give(claim(at(2)))).toEqual({ outcome: 'gone' });
    story.give(inform(at(3)));
    expect(story.record.id).not.toBe(id);
    expect(leaseToken).toBe(1);
    expect(story.record).toMatchObject({ attempt: 0, leaseToken: 0 });
    expect(story.record.version).toBeGreaterThan(version);
  });
});

describe('what must hold of every record (§2.5)', () => {
  it('is asserted before anything is written', () => {
    const story = after(inform(at(0)));
    const broken = { ...story.record, cycleAttempt: 5 };
    expect(reasonOf(() => decide(claim(at(0)), broken))).toBe('INVARIANT_BROKEN');
  });

  it('counts no change where there is none', () => {
    const story = synced(at(0));
    const { generation } = story.record;
    story.give(inform(at(1), { informed: informed({ id: 'u1' }) }));
    expect(story.record.generation).toBe(generation);
  });
});
