import { LIMITS, resourceDelete, type WorkOutcome } from '../../src/domain/index.js';
import { after, at, claim, complete, FAILURE, inform, informed, list, reasonOf, Story, SUCCESS, synced } from '../given.js';

describe('attempts (reconciliation §3, §4)', () => {
  it('fails for ever: ten starts in 4 h 15 min 33 s, then rests (example 3)', () => {
    const story = after(inform(at(0)));
    const starts: number[] = [];
    while (story.record.nextAttemptAt !== null) {
      starts.push((story.record.nextAttemptAt - at(0)) / 1_000);
      story.work(story.record.nextAttemptAt, FAILURE);
    }
    expect(starts).toEqual([0, 1, 17, 98, 354, 979, 2_275, 4_676, 8_772, 15_333]);
    expect(story.record).toMatchObject({ state: 'degraded', attempt: 10, cycleAttempt: 10, errorCount: 10 });
  });

  it('fences the attempt that woke up late (example 25)', () => {
    const story = after(inform(at(0)), claim(at(0), 'a'));
    const tokenOfA = story.token;
    expect(story.give(claim(at(31.999), 'b'))).toEqual({ outcome: 'leased' });
    expect(story.give(claim(at(32), 'b'))).toMatchObject({ outcome: 'claimed', attempt: 2, cycleAttempt: 2 });
    story.give(complete(at(33), story.token, SUCCESS));
    const before = story.record;
    expect(story.give(complete(at(40), tokenOfA, FAILURE))).toBe('fenced');
    expect(story.give({ type: 'heartbeat', now: at(40), token: tokenOfA })).toEqual({ outcome: 'fenced' });
    expect(story.record).toBe(before);
    expect(before.errors).toMatchObject([{ attempt: 1, error: 'attempt 1 abandoned', at: at(32) }]);
  });

  it('lets the holder finish after its time as long as nobody took over', () => {
    const story = after(inform(at(0)), claim(at(0)));
    expect(story.give({ type: 'heartbeat', now: at(500), token: story.token })).toEqual({ outcome: 'extended', leaseExpiresAt: at(530) });
    expect(story.give(complete(at(900), story.token, SUCCESS))).toBe('accepted');
  });

  it('takes the version of the claim for its token, also after it was extended', () => {
    const story = after(inform(at(0)), claim(at(0)));
    const claimedAs = story.record.version;
    story.give({ type: 'heartbeat', now: at(1), token: story.token });
    expect(story.record.version).toBeGreaterThan(claimedAs);
    expect(story.token).toBe(claimedAs);
  });

  it('starts a new cycle when a lost attempt was overtaken', () => {
    const story = after(inform(at(0), { informed: informed({ id: 'u1' }, { maxAttempts: 1 }) }), claim(at(0)));
    story.give(inform(at(5), { informed: informed({ id: 'u1', v: 2 }, { maxAttempts: 1 }) }));
    expect(story.give(claim(at(40), 'b'))).toMatchObject({ outcome: 'claimed', cycleAttempt: 1, generation: 2 });
    expect(story.record.scheduledAt).toBe(at(40));
  });

  it('asks for no run where the outcome says when to look again, and counts nothing against the limit (example 27)', () => {
    const story = after(inform(at(0)), claim(at(0)));
    story.give(complete(at(0), story.token, { type: 'requeue-after', delayMs: 30_000, converged: false }));
    expect(story.record).toMatchObject({
      state: 'scheduled',
      nextAttemptAt: at(30),
      cycleAttempt: 0,
      observedGeneration: 0,
      errorCount: 0,
    });
    expect(story.events.at(-1)).not.toHaveProperty('category');
  });

  it('waits no shorter than the backoff if the kind says so', () => {
    const outcome: WorkOutcome = { ...FAILURE, retryAfterMs: 10 };
    const story = after(inform(at(0)), claim(at(0)));
    story.give(complete(at(0), story.token, outcome, { rules: { honourBackoff: true } }));
    expect(story.record.nextAttemptAt).toBe(at(1));
    const hasty = after(inform(at(0)), claim(at(0)));
    hasty.give(complete(at(0), hasty.token, outcome));
    expect(hasty.record.nextAttemptAt).toBe(at(0.01));
  });

  it('is claimed by nobody while it is suspended, and by anybody after that', () => {
    const story = after(inform(at(0)));
    const target = { kind: 'user', objectId: 'u1' };
    story.give({ type: 'suspend', now: at(1), ...target, reason: 'freeze', by: 'ops', until: at(60) });
    expect(story.give(claim(at(59)))).toEqual({ outcome: 'suspended' });
    expect(story.give(claim(at(60)))).toMatchObject({ outcome: 'claimed' });
    expect(story.record.suspended).toBeNull();
    expect(story.give({ type: 'resume', now: at(61), ...target })).toBe('done');
  });

  it('tries again by hand only what is degraded', () => {
    const story = after(inform(at(0)));
    const retry = { type: 'retry', now: at(9), kind: 'user', objectId: 'u1' } as const;
    expect(reasonOf(() => story.give(retry))).toBe('RESOURCE_NOT_DEGRADED');
    story.work(at(1), { type: 'terminal', error: 'no', trace: '' });
    story.give(retry);
    expect(story.record).toMatchObject({ state: 'scheduled', nextAttemptAt: at(9), cycleAttempt: 0, attempt: 1 });
  });
});

describe('errors that are kept (§2.1)', () => {
  it('are the newest fifty, counted in full, with one trace, cut without breaking a character', () => {
    const story = after(inform(at(0), { informed: informed({ id: 'u1' }, { maxAttempts: 100 }) }));
    const error = `${'x'.repeat(LIMITS.errorCharactersMax - 1)}💥`;
    for (let n = 0; n < 60; n += 1) {
      story.work(story.record.nextAttemptAt ?? 0, { type: 'error', error, trace: 't'.repeat(5_000), retryAfterMs: 1 });
    }
    const { errors, errorCount } = story.record;
    expect(errorCount).toBe(60);
    expect(errors.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 50 }, (_, index) => index + 11));
    expect(errors.every(({ error: kept }) => kept === 'x'.repeat(LIMITS.errorCharactersMax - 1))).toBe(true);
    expect(errors.filter(({ trace }) => trace !== '')).toHaveLength(1);
    expect(errors.at(-1)?.trace).toHaveLength(LIMITS.traceCharactersMax);
  });

  it('are fewer where the record would pass 512 KiB, the oldest first', () => {
    const story = new Story();
    const object = { id: 'u1', text: 'x'.repeat(250_000) };
    story.give(inform(at(0), { informed: informed(object, { maxAttempts: 100, metadata: { k: 'm'.repeat(15_000) } }) }));
    const outcome: WorkOutcome = { type: 'error', error: '\u0001'.repeat(LIMITS.errorCharactersMax), trace: '', retryAfterMs: 1 };
    for (let n = 0; n < 50; n += 1) story.work(story.record.nextAttemptAt ?? 0, outcome);
    const { errors, errorCount } = story.record;
    expect(errorCount).toBe(50);
    expect(errors.length).toBeLessThan(50);
    expect(errors.length).toBeGreaterThan(30);
    expect(errors.at(-1)?.attempt).toBe(50);
    expect(Buffer.byteLength(JSON.stringify(story.record))).toBeLessThanOrEqual(LIMITS.recordBytesMax);
  });
});

describe('informs (§6, §7)', () => {
  it('keep metadata that is the system’s, whatever the caller says', () => {
    const story = after(inform(at(0)));
    story.state = { ...story.record, metadata: { 'drawdown:firstMissing': 1, a: 1 } };
    story.give(inform(at(1), { informed: informed({ id: 'u1' }, { metadata: { b: 2 } }) }));
    expect(story.record.metadata).toEqual({ b: 2, 'drawdown:firstMissing': 1 });
  });

  it('pass over an older object only in a listing, and only if the kind is chronological', () => {
    const compare = (): number => -1;
    const story = synced(at(0));
    expect(story.give(list(at(1), { rules: { compare, ordering: 'chronological' } }))).toBe('stale');
    expect(story.give(list(at(1), { rules: { compare } }))).toBe('updated');
    expect(story.record.generation).toBe(2);
    expect(story.give(inform(at(2), { rules: { compare, ordering: 'chronological' } }))).toMatchObject({ alreadyExists: true });
    expect(story.record.generation).toBe(3);
  });

  it('let a comparison that is not a number count as a change', () => {
    const story = synced(at(0));
    expect(story.give(list(at(1), { rules: { compare: () => Number.NaN } }))).toBe('updated');
  });

  it('revive nothing that is deleted by a listing, and everything by hand (example 10)', () => {
    const story = after(inform(at(0)));
    const gone = resourceDelete(new Error('gone'));
    story.work(at(0), { type: 'delete', error: gone.message, trace: '' });
    expect(story.record).toMatchObject({ state: 'deleted', syncedAt: at(0) });
    expect(story.record.errors.at(-1)?.error).toBe('ResourceDeleteError: gone');
    expect(story.give(list(at(1)))).toBe('deleted');
    expect(story.give(list(at(1), { processExisting: true }))).toBe('deleted');
    expect(story.give(inform(at(2)))).toMatchObject({ alreadyExists: true });
    expect(story.record).toMatchObject({ state: 'scheduled', attempt: 1 });
  });
});
