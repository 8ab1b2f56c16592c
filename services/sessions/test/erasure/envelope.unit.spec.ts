import fc from 'fast-check';
import { Subjects, type StoredMessage } from '@drawdown/eventlog';
import { withoutEventsOf } from '../../src/adapters/jetstream/erasure-envelope.js';
import { decodeHitsMessage } from '../../src/adapters/jetstream/hit-message.js';
import { decodeNewHits } from '../../src/adapters/jetstream/new-hits.js';
import type { ErasedPerson } from '../../src/application/erasure/person.js';
import { REWRITTEN_HEADER, originOf, rewrittenMark } from '../../src/application/erasure/rewritten.js';
import type { Hit } from '../../src/domain/index.js';

const subjects = new Subjects('test');
const ARRIVED_MS = Date.UTC(2026, 5, 1, 12);
const LATER_MS = 6 * 86_400_000;
const CLIENTS = Array.from({ length: 400 }, (_, number) => `c${String(number)}`);
/** Clients of one partition, so that one envelope may hold all of them. */
const TOGETHER = CLIENTS.filter(id => subjects.hitPartition('acme', 'web', id) === subjects.hitPartition('acme', 'web', 'c0')).slice(0, 3);
const [ANNA = '', BOB = ''] = TOGETHER;

const erased: ErasedPerson = { namespace: 'acme', propertyId: 'web', person: { kind: 'client', clientId: ANNA }, erasedAtMs: ARRIVED_MS };

const message = (events: readonly unknown[], given: Partial<StoredMessage> = {}): StoredMessage => ({
  stream: 'hits',
  subject: subjects.hitsBatch(subjects.hitPartition('acme', 'web', ANNA), 'acme'),
  sequence: 7,
  timeMs: ARRIVED_MS,
  headers: new Map([['content-type', 'application/cloudevents-batch+json']]),
  data: Buffer.from(JSON.stringify(events)),
  ...given,
});

const event = (
  clientId: string,
  given: { readonly time?: string; readonly requestSeq?: number; readonly userId?: string } = {},
  id = clientId,
) => {
  const { time, ...data } = given;
  return {
    specversion: '1.0',
    id,
    source: '/test',
    type: 'drawdown.hits.source.hit.v1',
    ...(time === undefined ? {} : { time }),
    data: { clientId, propertyId: 'web', eventName: 'view', ...data },
  };
};

const hitsOf = (stored: StoredMessage): readonly Hit[] => {
  const decoded = decodeHitsMessage(subjects, stored);
  return decoded.ok && decoded.value.kind === 'hits' ? decoded.value.hits : [];
};

const rewritten = (stored: StoredMessage, data: Uint8Array): StoredMessage => ({
  ...stored,
  sequence: stored.sequence + 100,
  timeMs: stored.timeMs + LATER_MS,
  headers: new Map([
    ...['content-type'].map(name => [name, stored.headers.get(name) ?? ''] as const),
    [REWRITTEN_HEADER, rewrittenMark(originOf(stored))],
  ]),
  data,
});

describe('an envelope without a person', () => {
  it('holds the same hits of others, with their times and places, and brings nothing new', () => {
    const given = fc.record(
      { time: fc.integer({ min: -60, max: 60 }).map(s => new Date(ARRIVED_MS + s * 1_000).toISOString()), requestSeq: fc.nat(9) },
      { requiredKeys: [] },
    );
    const events = fc.array(fc.tuple(fc.constantFrom(...TOGETHER), given), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(events, all => {
        const stored = message(all.map(([clientId, said], index) => event(clientId, said, `h${String(index)}`)));
        const others = hitsOf(stored).filter(({ clientId }) => clientId !== ANNA);
        const left = withoutEventsOf(subjects, stored, erased, ARRIVED_MS);
        if (others.length === all.length) expect(left.kind).toBe('untouched');
        else if (others.length === 0) expect(left.kind).toBe('nothing');
        else {
          if (left.kind !== 'rest') throw new Error(left.kind);
          const again = rewritten(stored, left.data);
          expect(hitsOf(again)).toEqual(others);
          expect(decodeNewHits(subjects, again)).toMatchObject({ ok: true, value: { kind: 'hits', hits: [] } });
          expect(withoutEventsOf(subjects, again, erased, ARRIVED_MS)).toEqual({ kind: 'untouched' });
        }
      }),
    );
  });

  it('loses what cannot be read where it holds the id, and nothing of other properties and namespaces', () => {
    const broken = { specversion: '1.0', data: { clientId: ANNA } };
    const left = withoutEventsOf(subjects, message([broken, event(BOB)]), erased, ARRIVED_MS);
    expect(left.kind === 'rest' ? JSON.parse(Buffer.from(left.data).toString()) : left).toHaveLength(1);
    const elsewhere = { ...event(ANNA), data: { clientId: ANNA, propertyId: 'shop' } };
    expect(withoutEventsOf(subjects, message([elsewhere, event(BOB)]), erased, ARRIVED_MS).kind).toBe('untouched');
    expect(withoutEventsOf(subjects, message([event(ANNA)]), { ...erased, namespace: 'other' }, ARRIVED_MS).kind).toBe('untouched');
  });

  it('takes a user by the hits that carry the id', () => {
    const user: ErasedPerson = { ...erased, person: { kind: 'user', userId: 'u' } };
    const stored = message([event(ANNA, { userId: 'u' }, '1'), event(ANNA, {}, '2'), event(BOB, { userId: 'v' }, '3')]);
    const left = withoutEventsOf(subjects, stored, user, ARRIVED_MS);
    expect(left).toMatchObject({ kind: 'rest', ids: ['1'] });
  });

  it('never counts as older than its mark allows, nor as newer than itself', () => {
    const forged = message([event(BOB)], { headers: new Map([[REWRITTEN_HEADER, `99 ${String(ARRIVED_MS + LATER_MS)}`]]) });
    expect(originOf(forged)).toEqual({ sequence: 7, timeMs: ARRIVED_MS, isCounted: false });
    expect(originOf(message([], { headers: new Map([[REWRITTEN_HEADER, 'yesterday']]) }))).toMatchObject({ timeMs: ARRIVED_MS });
  });
});
