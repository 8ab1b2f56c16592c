import { isRefusal } from '@drawdown/errors';
import fc from 'fast-check';
import { decideParty, evolveParty, FUNDS_MAX, fundsOf, type Party, type PartyCommand, type PartyEvent } from '../../src/domain/index.js';

const T = 1_600_000_000;
const WINDOW_SECONDS = 3_600;
const ASSETS = ['TFT:A', 'USDC:B'] as const;

/** Of a reservation everything is fixed, as it is in the log. */
const assetOf = (reservationId: number): string => ASSETS[reservationId % 2] ?? ASSETS[0];
const amountOf = (reservationId: number): bigint => BigInt(10 + 7 * reservationId);
const expiresAtOf = (reservationId: number): number => T + reservationId * 1_000 + WINDOW_SECONDS;

const reservationIds = fc.integer({ min: 1, max: 8 });

const commands: fc.Arbitrary<(at: number) => PartyCommand> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...ASSETS), fc.bigInt({ min: 1n, max: 120n }))
    .map(([asset, amount]) => (at: number): PartyCommand => ({ type: 'deposit', asset, amount, at })),
  reservationIds.map(reservationId => (at: number): PartyCommand => {
    const payment = { asset: assetOf(reservationId), amount: amountOf(reservationId), expiresAt: expiresAtOf(reservationId) };
    return { type: 'take-payment', reservationId, ...payment, at };
  }),
  reservationIds.map(reservationId => (at: number): PartyCommand => ({
    type: 'return-payment',
    reservationId,
    expiresAt: expiresAtOf(reservationId),
    at,
  })),
  reservationIds.map(reservationId => (at: number): PartyCommand => ({ type: 'keep-payment', reservationId, at })),
  fc.integer({ min: 1, max: 3 }).map(number => (at: number): PartyCommand => ({
    type: 'receive-payout',
    payoutId: `p${number}`,
    asset: ASSETS[0],
    amount: BigInt(number),
    at,
  })),
);

/** Commands at instants that never go back, each delivered once or more, and some of them again much later. */
const histories = fc
  .array(
    fc.record({ make: commands, waits: fc.integer({ min: 0, max: 1_500 }), times: fc.integer({ min: 1, max: 3 }), again: fc.boolean() }),
    {
      maxLength: 60,
    },
  )
  .map(steps => {
    let at = T;
    const sent = steps.flatMap(({ make, waits, times }) => {
      at += waits;
      return Array.from({ length: times }, () => ({ make, at }));
    });
    const late = steps.flatMap(({ make, again }) => (again ? [{ make, at: (at += 10) }] : []));
    return [...sent, ...late];
  });

const REGISTER: PartyCommand = {
  type: 'register',
  namespace: 'shop',
  tid: 11,
  publicKey: 'ab'.repeat(32),
  isTrustedChannel: false,
  at: T,
};

const play = (history: readonly { readonly make: (at: number) => PartyCommand; readonly at: number }[]) => {
  const events: PartyEvent[] = [];
  let party: Party | undefined;
  const states: Party[] = [];
  for (const command of [REGISTER, ...history.map(({ make, at }) => make(at))]) {
    try {
      const decided = decideParty(command, party);
      events.push(...decided);
      party = decided.reduce<Party | undefined>(evolveParty, party);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    if (party !== undefined) states.push(party);
  }
  return { events, states, party: party as Party };
};

const ofType = <Type extends PartyEvent['type']>(events: readonly PartyEvent[], type: Type) =>
  events.filter((event): event is Extract<PartyEvent, { readonly type: Type }> => event.type === type);

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

describe('the prepaid ledger, whatever is sent to it and however often', () => {
  it('is never below nothing, and never beyond 64 bits', () => {
    fc.assert(
      fc.property(histories, history => {
        for (const { funds, payments } of play(history).states) {
          expect(funds.every(({ amount }) => amount > 0n && amount <= FUNDS_MAX)).toBe(true);
          expect(payments.every(({ amount }) => amount >= 0n)).toBe(true);
        }
      }),
    );
  });

  it('takes and gives back once per reservation, in time, and pays out once per payout until it is told to forget', () => {
    fc.assert(
      fc.property(histories, history => {
        const { events } = play(history);
        const taken = ofType(events, 'payment-taken');
        const returned = ofType(events, 'payment-returned').filter(({ amount }) => amount > 0n);
        const kept = ofType(events, 'payment-kept');
        const payouts = ofType(events, 'payout-received');
        expect(new Set(taken.map(({ reservationId }) => reservationId)).size).toBe(taken.length);
        expect(taken.every(({ at, reservationId }) => at <= expiresAtOf(reservationId))).toBe(true);
        const ended = [...returned, ...kept].map(({ reservationId }) => reservationId);
        expect(new Set(ended).size).toBe(ended.length);
        expect(new Set(payouts.map(({ payoutId }) => payoutId)).size).toBe(payouts.length);
      }),
    );
  });

  it('loses and invents nothing: what came in is there, under way, or kept', () => {
    fc.assert(
      fc.property(histories, history => {
        const { events, party } = play(history);
        for (const asset of ASSETS) {
          const came = [...ofType(events, 'funds-deposited'), ...ofType(events, 'payout-received')].filter(event => event.asset === asset);
          const kept = ofType(events, 'payment-kept').filter(({ reservationId }) => assetOf(reservationId) === asset);
          const open = party.payments.filter(payment => payment.outcome === 'open' && payment.asset === asset);
          const total =
            fundsOf(party, asset) + sum(open.map(({ amount }) => amount)) + sum(kept.map(({ reservationId }) => amountOf(reservationId)));
          expect(total).toBe(sum(came.map(({ amount }) => amount)));
        }
      }),
    );
  });

  it('holds its whole state in its last event', () => {
    fc.assert(
      fc.property(histories, history => {
        const { events, party } = play(history);
        expect(events.at(-1)?.party).toEqual(party);
      }),
    );
  });
});
