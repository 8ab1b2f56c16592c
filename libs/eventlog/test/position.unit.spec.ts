import fc from 'fast-check';
import { ulid } from 'ulid';
import {
  STREAM_KEYS,
  UNPARTITIONED,
  componentsOf,
  decodePosition,
  encodePosition,
  mergePositions,
  type Position,
} from '@drawdown/eventlog';
import { refusalOf } from './setup.js';

const FIRST = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const SECOND = '01BX5ZZKBKACTAV9WEVGEMMVS0';

const component = fc.record({
  stream: fc.constantFrom(...STREAM_KEYS),
  incarnation: fc.constantFrom(FIRST, SECOND),
  partition: fc.integer({ min: 0, max: 3 }),
  sequence: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
});
const position = fc.array(component, { maxLength: 6 }).map(components => mergePositions(components));
const asSet = (value: Position): Set<string> => new Set(value.map(each => JSON.stringify(Object.entries(each).sort())));

describe('positions', () => {
  it('come back from their token', () => {
    fc.assert(
      fc.property(position, value => {
        const token = encodePosition(value);
        expect(token).toMatch(/^[A-Za-z0-9._-]+$/);
        expect(decodePosition(token)).toEqual(value);
      }),
    );
  });

  it('come back also when they name every partition of every stream, as after a large batch', () => {
    const everywhere = STREAM_KEYS.flatMap(stream =>
      Array.from({ length: UNPARTITIONED + 1 }, (_, partition) => ({
        stream,
        incarnation: FIRST,
        partition,
        sequence: Number.MAX_SAFE_INTEGER,
      })),
    );
    expect(decodePosition(encodePosition(everywhere))).toEqual(everywhere);
  });

  it('merge alike in whatever order, and as often as one likes', () => {
    fc.assert(
      fc.property(position, position, position, (left, middle, right) => {
        const merged = asSet(mergePositions(left, middle, right));
        expect(asSet(mergePositions(right, left, middle))).toEqual(merged);
        expect(asSet(mergePositions(mergePositions(left, middle), right, left))).toEqual(merged);
      }),
    );
  });

  it('take the larger sequence, and of two incarnations the later one', () => {
    const at = (incarnation: string, sequence: number): Position => [{ stream: 'usage', incarnation, partition: 1, sequence }];
    expect(mergePositions(at(FIRST, 9), at(FIRST, 10))).toEqual(at(FIRST, 10));
    expect(mergePositions(at(FIRST, 9), at(SECOND, 1))).toEqual(at(SECOND, 1));
  });

  it('ask a reader only for its own partition', () => {
    const both: Position = [1, 2].map(partition => ({ stream: 'usage', incarnation: FIRST, partition, sequence: 5 }));
    expect(componentsOf(both, 2)).toEqual([both[1]]);
  });

  it('of another incarnation are unknown', () => {
    const token = encodePosition([{ stream: 'usage', incarnation: FIRST, partition: 1, sequence: 5 }]);
    expect(decodePosition(token, { usage: FIRST, entitlements: ulid() })).toHaveLength(1);
    expect(refusalOf(() => decodePosition(token, { usage: SECOND }))).toMatchObject({
      reason: 'POSITION_UNKNOWN',
      metadata: { stream: 'usage', incarnation: FIRST, current: SECOND },
    });
  });

  it('refuse whatever is not one', () => {
    const rows = (value: unknown): string => `p1.${Buffer.from(JSON.stringify(value)).toString('base64url')}`;
    const bad = [
      '',
      'p1',
      'p1.%%%',
      'p2.W10',
      'p1.W10.x',
      rows({}),
      rows([1]),
      rows([['usage', FIRST, 1]]),
      rows([['other', FIRST, 1, 1]]),
      rows([['usage', 'x', 1, 1]]),
      rows([['usage', FIRST, 65, 1]]),
      rows([['usage', FIRST, 1, -1]]),
      rows([['usage', FIRST, 1, 1.5]]),
      rows([['usage', FIRST, 1, 1e300]]),
      `p1.${'A'.repeat(70_000)}`,
    ];
    for (const token of bad) expect(refusalOf(() => decodePosition(token))).toMatchObject({ reason: 'VALIDATION' });
    fc.assert(
      fc.property(fc.string(), text => {
        try {
          decodePosition(text);
        } catch (error) {
          expect(error).toMatchObject({ reason: 'VALIDATION' });
        }
      }),
    );
  });
});
