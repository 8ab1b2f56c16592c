import fc from 'fast-check';
import { simulateCapacityLine } from '../../src/simulate/capacity/scenario.js';

const answer = (scenario: unknown): unknown => JSON.parse(simulateCapacityLine(JSON.stringify(scenario)));

const INVALID = { error: { code: 'INVALID_SCENARIO' } };

const pool = (...commands: object[]): object => ({ op: 'pool', commands });

const OPEN = { at: 1, do: 'open', pool: 1 };

describe('scenarios about pools that are none', () => {
  it.each([
    ['nothing', null],
    ['a list', []],
    ['an unknown operation', { op: 'fly' }],
    ['an unknown mode', { op: 'pool', mode: 'lenient' }],
    ['an unknown command', pool({ at: 1, do: 'fly' })],
    ['no instant', pool({ do: 'open', pool: 1 })],
    ['half a second', pool({ at: 1.5, do: 'open', pool: 1 })],
    ['an unknown member', pool({ ...OPEN, onwer: 3 })],
    ['an amount that is no number', pool(OPEN, { at: 1, do: 'credit', pool: 1, cu: 'many' })],
    ['an amount with an exponent', pool(OPEN, { at: 1, do: 'credit', pool: 1, cu: '1e3' })],
    ['a node that is no text', pool({ ...OPEN, nodes: [1] })],
    ['a price without a network', { op: 'price', purchases: [{ cu: 1 }] }],
  ])('refuses %s', (_what, scenario) => {
    expect(answer(scenario)).toMatchObject(INVALID);
  });

  it('refuses what is not JSON', () => {
    expect(JSON.parse(simulateCapacityLine('not json'))).toMatchObject(INVALID);
  });

  it('says of the mode of the reference only that it is not built', () => {
    expect(answer({ op: 'pool', mode: 'reference', commands: [] })).toMatchObject({ error: { code: 'MODE_UNSUPPORTED' } });
  });

  it('refuses a bad amount in its place and goes on', () => {
    const bad = [-1, 0.0001, 1e-9, '0.00001', '-0.5'].map(cu => ({ at: 1, do: 'credit', pool: 1, cu }));
    const large = { at: 1, do: 'credit', pool: 1, cu: 1e300 };
    const last = { at: 1, do: 'credit', pool: 1, cu: '2.500' };
    expect(answer(pool(OPEN, ...bad, large, last))).toMatchObject({
      results: [
        { outcome: 'ok' },
        ...bad.map(() => ({ error: 'INVALID_AMOUNT' })),
        { error: 'CAPACITY_OVERFLOW' },
        { outcome: 'ok', left: { cu: '2500' } },
      ],
    });
  });

  it('answers every line whatever it holds, and never with a fault', () => {
    const value = fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.double(),
      fc.string(),
      fc.constant(null),
      fc.constant('1'),
      fc.bigInt().map(String),
    );
    const command = fc.record(
      {
        at: fc.oneof(fc.integer({ min: 0, max: 99 }), value),
        do: fc.constantFrom('open', 'credit', 'add', 'remove', 'settle', 'query', 'fits', 'allowed', 'rebase', 'sweep', 'expired', 'next'),
        pool: fc.oneof(fc.constant(1), value),
        workload: fc.oneof(fc.integer({ min: 1, max: 3 }), value),
        cu: value,
        su: value,
        seconds: value,
        ts: value,
        customer: value,
        node: value,
        rates: fc.oneof(value, fc.array(fc.record({ workload: value, cu: value }))),
      },
      { requiredKeys: ['at', 'do'] },
    );
    fc.assert(
      fc.property(
        fc.constantFrom('pool', 'reservations', 'queue', 'units', 'price'),
        fc.array(command, { maxLength: 8 }),
        (op, commands) => {
          const told = answer({ op, commands: [OPEN, ...commands] }) as { readonly error?: { readonly code: string } };
          expect(told.error?.code).not.toBe('INTERNAL');
        },
      ),
    );
  });
});
