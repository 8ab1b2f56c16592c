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

/** More than any reservation needs to come to its end. */
const ROUNDS = 20;

const workOn = async (world: PaymentWorld): Promise<void> => {
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const id of [1, ...TOP_UPS]) for (const owed of world.owed(id)) await world.act(id, owed, false);
  }
};

describe('reservations paid from a ledger, with every answer lost, repeated or late', () => {
  it('come to an end; each credits once exactly when its money is kept, and no money is lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(actions, { maxLength: 80 }), async script => {
        const world = new PaymentWorld();
        const sent: { readonly id: number; readonly owed: Owed }[] = [];
        for (const { id, request, facts } of RESERVATIONS) {
          world.reserve(id, request, facts);
          const [opening] = world.owed(id);
          // There is no top-up of a pool that is not open.
          if (opening?.type === 'open') await world.act(id, opening, false);
        }
        for (const action of script) {
          switch (action.type) {
            case 'deposit':
              if (world.deposited < 3n * PRICE) world.deposit(PRICE);
              break;
            case 'wait':
              world.now += action.seconds;
              break;
            case 'work': {
              // In order, as far as it gets: a pool is credited only after it was opened.
              for (const owed of world.owed(action.id).slice(0, action.which + 1)) {
                sent.push({ id: action.id, owed });
                await world.act(action.id, owed, action.isAnswerLost);
              }
              break;
            }
            case 'late': {
              const late = sent[action.which % Math.max(sent.length, 1)];
              if (late !== undefined) await world.act(late.id, late.owed, true);
              break;
            }
          }
        }
        world.now += 100_000;
        await workOn(world);
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

  it('pays once for capacity that was given back, and then forgets it', async () => {
    const world = new PaymentWorld();
    world.deposit(PRICE);
    const [first] = RESERVATIONS;
    if (first === undefined) throw new Error('there are reservations');
    world.reserve(first.id, first.request, first.facts);
    await workOn(world);
    world.giveBack(1, '1/r1', 70n);
    world.giveBack(1, '1/r2', 7n);
    const orders = world.owed(1);
    for (const owed of [...orders, ...orders]) await world.act(1, owed, true);
    expect(world.party).toMatchObject({ funds: [{ amount: 77n }], payouts: [{ payoutId: '1:1' }, { payoutId: '1:2' }] });
    await workOn(world);
    expect(world.party).toMatchObject({ funds: [{ amount: 77n }], payouts: [] });
    expect(world.reservations.get(1)).toMatchObject({ status: 'settled', isConcluded: true });
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
