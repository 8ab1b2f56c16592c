import {
  decideReservation,
  evolveReservation,
  LIST_PRICES,
  owedByReservation,
  type Reservation,
  type ReservationCommand,
  type ReservationFacts,
} from '../../src/domain/index.js';
import { FACTS, T } from '../support/purchases.js';
import { codeOf } from '../support/refused.js';

const order = (facts: Partial<ReservationFacts> = {}): ReservationCommand => ({
  type: 'order-top-up',
  reservationId: 41,
  namespace: 'shop',
  poolId: 7,
  topUpId: 3,
  owner: 11,
  amounts: [3_600_000, 0, 0],
  facts: { ...FACTS, pool: { nodeIds: ['node-a', 'node-b'], sponsor: 0 }, ...facts },
  at: T,
});

const run = (...commands: readonly ReservationCommand[]): Reservation =>
  commands.reduce<Reservation | undefined>(
    (state, command) => decideReservation(command, state).reduce<Reservation | undefined>(evolveReservation, state),
    undefined,
  ) as Reservation;

const AMOUNT = 385n * 3_600n;
const paid: ReservationCommand = { type: 'report-payment', received: AMOUNT, receivedAt: T, at: T };

describe('a purchase that a pool makes for itself (§15.2)', () => {
  it('is paid by its owner, credits the pool and tells it so', () => {
    const asked = run(order());
    expect(asked).toMatchObject({
      namespace: 'shop',
      poolId: 7,
      topUpId: 3,
      customerTid: 11,
      nodeIds: ['node-a', 'node-b'],
      status: 'awaiting-payment',
      payment: { amount: AMOUNT, prices: LIST_PRICES, expiresAt: T + 3_600 },
    });
    expect(owedByReservation(asked).map(({ type }) => type)).toEqual(['collect']);
    expect(owedByReservation(run(order(), paid))).toMatchObject([{ id: 'credit:41', command: { amounts: [3_600_000, 0, 0] } }]);
    const settled = run(order(), paid, { type: 'settle', poolSequence: 3, at: T });
    expect(owedByReservation(settled)).toMatchObject([
      { type: 'end-top-up', id: 'end-top-up:41', command: { topUpId: 3, cause: 'credited' } },
      { type: 'conclude', order: { outcome: 'kept', customerTid: 11 } },
    ]);
    expect(
      owedByReservation(run(order(), paid, { type: 'settle', poolSequence: 3, at: T }, { type: 'confirm-conclusion', at: T })),
    ).toEqual([]);
  });

  it('tells its pool that nothing came of it', () => {
    const ends: readonly (readonly ReservationCommand[])[] = [
      [{ type: 'check', at: T + 3_601 }],
      [paid, { type: 'refuse-credit', code: 'CAPACITY_OVERFLOW', at: T }],
    ];
    for (const commands of ends) {
      expect(owedByReservation(run(order(), ...commands))).toContainEqual(
        expect.objectContaining({ type: 'end-top-up', command: expect.objectContaining({ cause: 'failed' }) as object }),
      );
    }
  });

  it('is made once', () => {
    expect(decideReservation(order(), run(order()))).toEqual([]);
    expect(codeOf(() => decideReservation({ ...order(), topUpId: 4 } as ReservationCommand, run(order())))).toBe('RESERVATION_EXISTS');
  });

  it('is refused like any other that cannot be paid or has nowhere to go', () => {
    expect(codeOf(() => run(order({ pool: undefined })))).toBe('POOL_NOT_FOUND');
    expect(codeOf(() => run(order({ farm: undefined })))).toBe('PAYMENT_NOT_POSSIBLE');
    const moved = { farmId: 4, isFreeToUse: false, isGone: false };
    expect(codeOf(() => run(order({ nodes: new Map([...FACTS.nodes, ['node-b', moved]]) })))).toBe('NODES_SPAN_FARMS');
    expect(run(order({ nodes: new Map([...FACTS.nodes, ['node-b', { ...moved, isGone: true }]]) })).status).toBe('awaiting-payment');
  });
});
