import fc from 'fast-check';
import { fundsOf, type Owed, type Party } from '../../src/domain/index.js';
import { factsOf, requestOf, type Plan } from '../support/purchases.js';
import { PaymentWorld } from './payment-world.js';

/** Three of them overflow one pool, so that some credits are refused for good. */
const LARGE_UNIT_SECONDS = 4_000_000_000_000_000n;
const PRICE = 385n * LARGE_UNIT_SECONDS;
const TOP_UPS = [2, 3, 4, 5] as const;

const planOf = (id: number): Plan =>
  id === 1
    ? { data: { unitSeconds: [LARGE_UNIT_SECONDS, 0n, 0n] } }
    : { data: { poolId: 1, unitSeconds: [LARGE_UNIT_SECONDS, 0n, 0n] }, facts: { pool: { nodeIds: ['node-a', 'node-b'], sponsor: 0 } } };

/** Signed once: that takes longer than all the rest. */
const RESERVATIONS = [1, ...TOP_UPS].map(id => ({ id, request: requestOf(planOf(id)), facts: factsOf(planOf(id)) }));

const actions = fc.oneof(
  { weight: 1, arbitrary: fc.record({ type: fc.constant('deposit' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('wait' as const), seconds: fc.integer({ min: 0, max: 2_000 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('work' as const),
      id: fc.integer({ min: 1, max: 5 }),
      which: fc.nat(3),
      isAnswerLost: fc.boolean(),
    }),
  },
  // What was sent long ago and arrives, or arrives again, now.
  { weight: 2, arbitrary: fc.record({ type: fc.constant('late' as const), which: fc.nat(200) }) },
);

const finish = async (world: PaymentWorld): Promise<void> => {
  const DONE_AFTER_ROUNDS = 20;
  world.now += 100_000;
  for (let round = 0; round < DONE_AFTER_ROUNDS; round += 1) {
    for (const id of [1, ...TOP_UPS]) for (const owed of world.owed(id)) await world.act(id, owed, false);
  }
};

describe('reservations paid from a ledger, with every answer lost, repeated or late', () => {
  it('come to an end; each credits once exactly when its money is kept, and no money is lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(actions, { maxLength: 80 }), async script => {
        const world = new PaymentWorld();
        const sent: { readonly id: number; readonly owed: Owed }[] = [];
        for (const { id, request, facts } of RESERVATIONS) world.reserve(id, request, facts);
        for (const action of script) {
          switch (action.type) {
            case 'deposit':
              if (world.deposited < 3n * PRICE) world.deposit(PRICE);
              break;
            case 'wait':
              world.now += action.seconds;
              break;
            case 'work': {
              const list = world.owed(action.id);
              const owed = list[action.which % Math.max(list.length, 1)];
              if (owed === undefined) break;
              sent.push({ id: action.id, owed });
              await world.act(action.id, owed, action.isAnswerLost);
              break;
            }
            case 'late': {
              const late = sent[action.which % Math.max(sent.length, 1)];
              if (late !== undefined) await world.act(late.id, late.owed, true);
              break;
            }
          }
        }
        await finish(world);
        const reservations = [...world.reservations.values()];
        expect(reservations.flatMap(({ id }) => world.owed(id))).toEqual([]);
        expect(reservations.every(({ status }) => ['settled', 'expired', 'refunded'].includes(status))).toBe(true);
        const settled = reservations.filter(({ status }) => status === 'settled').map(({ id }) => id);
        expect(world.pools.get(1)?.credits.keys()).toEqual(settled);
        expect(fundsOf(world.party as Party, 'TFT:ISSUER') + PRICE * BigInt(settled.length)).toBe(world.deposited);
      }),
      { numRuns: 200 },
    );
  });

  it('refuses and gives back what the pool cannot hold', async () => {
    const world = new PaymentWorld();
    world.deposit(3n * PRICE);
    for (const { id, request, facts } of RESERVATIONS.slice(0, 3)) {
      world.reserve(id, request, facts);
      for (let round = 0; round < 6; round += 1) for (const owed of world.owed(id)) await world.act(id, owed, false);
    }
    expect([1, 2, 3].map(id => world.reservations.get(id)?.status)).toEqual(['settled', 'settled', 'refunded']);
    expect(fundsOf(world.party as Party, 'TFT:ISSUER')).toBe(PRICE);
    expect([1, 2, 3].flatMap(id => world.owed(id))).toEqual([]);
  });
});
