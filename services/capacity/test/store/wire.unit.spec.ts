import type { Json } from '@drawdown/eventlog';
import { isRefusal } from '@drawdown/errors';
import fc from 'fast-check';
import type { Kind } from '../../src/application/aggregates/kinds.js';
import type { Shape } from '../../src/adapters/wire/codec.js';
import { KINDS, registries } from '../../src/adapters/wire/registries.js';
import { snapshotCodecOf } from '../../src/adapters/wire/snapshots.js';
import { jsonOf } from './arbitrary-json.js';

const everyEvent = KINDS.flatMap(kind => [...registries[kind].shapes].map(([name, shape]) => ({ kind, name, shape })));

/** The registry of a kind, as far as no kind matters. */
interface AnyRegistry {
  encode(event: object): { readonly type: string; readonly data: Json };
  decode(type: string, data: Json): object;
}

const registryOf = (kind: Kind): AnyRegistry => registries[kind];

const typeOf = (kind: Kind, name: string): string => `drawdown.capacity.${kind}.${name}.v1`;

const fieldsOf = (shape: Shape): Readonly<Record<string, Shape>> => (typeof shape === 'object' && 'record' in shape ? shape.record : {});

describe('events on the wire', () => {
  it.each(everyEvent)('$kind $name reads back what it wrote, to the byte', ({ kind, name, shape }) => {
    const registry = registryOf(kind);
    fc.assert(
      fc.property(jsonOf(shape), data => {
        const event = registry.decode(typeOf(kind, name), data);
        const encoded = registry.encode(event);
        expect(encoded.type).toBe(typeOf(kind, name));
        expect(JSON.stringify(encoded.data)).toBe(JSON.stringify(data));
        expect(registry.decode(encoded.type, encoded.data)).toEqual(event);
      }),
      { numRuns: 25 },
    );
  });

  it.each(everyEvent)('$kind $name refuses a field too many and a field too few', ({ kind, name, shape }) => {
    const registry = registryOf(kind);
    const read = (data: Json): object => registry.decode(typeOf(kind, name), data);
    const malformed = expect.objectContaining({ reason: 'EVENT_MALFORMED' }) as unknown;
    fc.assert(
      fc.property(jsonOf(shape), data => {
        const whole = data as Readonly<Record<string, Json>>;
        expect(caught(() => read({ ...whole, surprise: 1 }))).toEqual(malformed);
        for (const [field, form] of Object.entries(fieldsOf(shape))) {
          const without = Object.fromEntries(Object.entries(whole).filter(([present]) => present !== field));
          const isOptional = typeof form === 'object' && 'optional' in form;
          if (!isOptional) expect(caught(() => read(without))).toEqual(malformed);
          expect(caught(() => read({ ...whole, [field]: null }))).toEqual(malformed);
        }
      }),
      { numRuns: 5 },
    );
  });

  it.each(['1.5', '01', '-0', '+1', '', ' 1', '1e3', 1, null])('takes %j for no amount', amount => {
    const data = { source: { cause: 'gift' }, amounts: { cu: amount, su: '0', ipv4u: '0' }, nodesAdded: [], at: 1 };
    const error = caught(() => registries.pool.decode(typeOf('pool', 'capacity-credited'), data));
    expect(isRefusal(error) && error.reason).toBe('EVENT_MALFORMED');
  });

  it('writes amounts as integers of milliunit-seconds, by dimension', () => {
    const event = {
      type: 'capacity-credited',
      source: { reservationId: 7 },
      amounts: [1_000, 9_000_000_000_000_000_000n, 0],
      nodesAdded: ['n1'],
      at: 12,
    } as const;
    const encoded = registries.pool.encode(event);
    expect(encoded).toEqual({
      type: 'drawdown.capacity.pool.capacity-credited.v1',
      data: {
        source: { reservationId: 7 },
        amounts: { cu: '1000', su: '9000000000000000000', ipv4u: '0' },
        nodesAdded: ['n1'],
        at: 12,
      },
    });
    expect(registries.pool.decode(encoded.type, encoded.data)).toEqual(event);
  });
});

describe('states in snapshots', () => {
  it.each(KINDS)('%s reads back what it wrote, to the byte', kind => {
    const codec = snapshotCodecOf(kind) as { shape: Shape; read: (written: string) => object; write: (state: object) => string };
    fc.assert(
      fc.property(jsonOf(codec.shape), json => {
        const written = JSON.stringify(json);
        expect(codec.write(codec.read(written))).toBe(written);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses maps whose keys do not ascend', () => {
    const codec = snapshotCodecOf('pool');
    const written = fc.sample(jsonOf(codec.shape), { numRuns: 1, seed: 5 })[0] as Readonly<Record<string, Json>>;
    const credit = { at: 1, amounts: { cu: '1', su: '1', ipv4u: '1' } };
    expect(() =>
      codec.read(
        JSON.stringify({
          ...written,
          credits: [
            [2, credit],
            [1, credit],
          ],
        }),
      ),
    ).toThrow('do not ascend');
  });
});

const caught = (call: () => unknown): unknown => {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
};
