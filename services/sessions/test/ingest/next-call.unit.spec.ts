import fc from 'fast-check';
import { CALL_LIMITS, nextCall, type Cursor } from '../../src/application/ingest/next-call.js';
import type { SourceEntry, TimedRecord } from '../../src/application/ingest/source-entry.js';
import type { HitRecord, IngestCall } from '../../src/application/store/session-store.js';

const STATE = 5;
const context = { source: 5, state: STATE, epoch: 1, tickMs: 1_000, scopes: ['client', 'property'] as const };

const record = (id: string, bytes: number): HitRecord => ({
  property: {
    namespace: 'n',
    propertyId: 'p',
    scope: 'client',
    hardCaps: { hits: 1, ms: 1, bytes: 1 },
    clientsPerIdentifierMax: 1,
    openSessionsMax: null,
    openBytesMax: null,
    announceOpened: false,
  },
  clientKey: 'k',
  id,
  receivedAtMs: 0,
  requestSeq: 0,
  bytes,
  encoded: new Uint8Array(bytes),
  expiryBucket: 0,
  identifiers: [],
});

/** Messages with some hits for the state partition, others elsewhere, and messages that say nothing at all. */
const entries = fc
  .array(
    fc.record({
      lane: fc.constantFrom('live', 'live', 'import-1'),
      hits: fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 40_000 }), atMs: fc.nat(100_000) }), { maxLength: 30 }),
      state: fc.constantFrom(STATE, STATE, 9),
      isSilent: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map(messages =>
    messages.map(({ lane, hits, state, isSilent }, index): SourceEntry => {
      const records: TimedRecord[] = hits.map(({ bytes, atMs }, hit) => ({ record: record(`${index}-${hit}`, bytes), countedMs: atMs }));
      const watermarkMs = hits.length > 0 ? Math.max(...hits.map(({ atMs }) => atMs)) : isSilent ? undefined : index * 1_000;
      return {
        sequence: (index + 1) * 3,
        lane,
        watermarkMs,
        completesLane: lane !== 'live' && hits.length === 0 && !isSilent,
        records: hits.length === 0 ? new Map() : new Map([[state, records]]),
      };
    }),
  );

const allCalls = (messages: readonly SourceEntry[]): readonly IngestCall[] => {
  const calls: IngestCall[] = [];
  let cursor: Cursor = { entry: 0, hit: 0 };
  let previous = 0;
  while (cursor.entry < messages.length) {
    const planned = nextCall(context, messages, cursor, previous);
    calls.push(planned.call);
    expect([planned.end.entry, planned.end.hit]).not.toEqual([cursor.entry, cursor.hit]);
    previous = planned.call.next;
    cursor = planned.end;
  }
  return calls;
};

describe('the calls that bring a state partition along with a source (sessions §12.3, §12.5)', () => {
  test('hold every hit once, in order, in its lane, within the limits', () => {
    fc.assert(
      fc.property(entries, messages => {
        const calls = allCalls(messages);
        const wanted = messages.flatMap(({ lane, records }) => (records.get(STATE) ?? []).map(timed => `${lane} ${timed.record.id}`));
        expect(calls.flatMap(({ lane, hits }) => hits.map(({ id }) => `${lane} ${id}`))).toEqual(wanted);
        for (const { hits } of calls) {
          expect(hits.length).toBeLessThanOrEqual(CALL_LIMITS.hitsMax);
          if (hits.length > 1) {
            expect(hits.reduce((sum, { encoded }) => sum + encoded.length, 0)).toBeLessThanOrEqual(CALL_LIMITS.bytesMax);
          }
        }
      }),
    );
  });

  test('move the position over complete messages only, each time from where it was, and to the end', () => {
    fc.assert(
      fc.property(entries, messages => {
        const calls = allCalls(messages);
        let position = 0;
        const given = new Set<string>();
        for (const call of calls) {
          expect(call.previous).toBe(position);
          for (const { id } of call.hits) given.add(id);
          const passed = messages.filter(({ sequence }) => sequence <= call.next).flatMap(({ records }) => records.get(STATE) ?? []);
          for (const timed of passed) expect(given).toContain(timed.record.id);
          position = call.next;
        }
        expect(position).toBe(messages.at(-1)?.sequence ?? 0);
      }),
    );
  });

  test('bring lane live everything that its messages say about time, an import only its own', () => {
    fc.assert(
      fc.property(entries, messages => {
        const latest = (lane: string, of: readonly (number | undefined)[]): readonly [string, number] => [
          lane,
          Math.max(...of.map(ms => ms ?? Number.NEGATIVE_INFINITY)),
        ];
        const calls = allCalls(messages);
        for (const lane of ['live', 'import-1']) {
          const counted = messages.filter(
            entry => entry.lane === lane && (lane === 'live' || entry.completesLane || (entry.records.get(STATE)?.length ?? 0) > 0),
          );
          const brought = calls.filter(call => call.lane === lane).map(({ watermarksMs }) => watermarksMs.client);
          expect(latest(lane, brought)).toEqual(
            latest(
              lane,
              counted.map(({ watermarkMs }) => watermarkMs),
            ),
          );
        }
      }),
    );
  });

  test('apply a message that does not fit in parts, and only the last part moves the position', () => {
    const records = Array.from({ length: 450 }, (_unused, index) => ({ record: record(String(index), 10), countedMs: 7_000 + index }));
    const calls = allCalls([{ sequence: 8, lane: 'live', watermarkMs: 7_449, completesLane: false, records: new Map([[STATE, records]]) }]);
    expect(calls.map(({ previous, next, hits }) => [previous, next, hits.length])).toEqual([
      [0, 0, 200],
      [0, 0, 200],
      [0, 8, 50],
    ]);
    expect(calls.map(({ watermarksMs }) => watermarksMs.client)).toEqual([undefined, undefined, 7_449]);
    expect(calls[0]?.firstBuckets).toEqual({ client: 7 });
  });
});
