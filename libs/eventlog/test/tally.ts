import { Refusal } from '@drawdown/errors';
import { eventRegistry, type Command, type Decider, type Decision, type EventRegistry, type Json } from '@drawdown/eventlog';

/** A domain as small as can be whose answers depend on order: a purse that is never overdrawn, and counts its decisions. */
export type TallyEvent =
  | { readonly type: 'Deposited'; readonly amount: number; readonly ordinal: number }
  | { readonly type: 'Withdrawn'; readonly amount: number; readonly ordinal: number };

export interface TallyCommand {
  readonly type: 'deposit' | 'withdraw';
  readonly amount: number;
}

export interface Tally {
  readonly amount: number;
  readonly decisions: number;
  readonly timesMs: readonly number[];
}

export const tallyDecider: Decider<Tally, TallyCommand, TallyEvent> = {
  initialState: { amount: 0, decisions: 0, timesMs: [] },
  decide: (command, state) => {
    if (command.amount === 0) return [];
    if (command.type === 'deposit') return [{ type: 'Deposited', amount: command.amount, ordinal: state.decisions }];
    if (state.amount < command.amount) throw new Refusal('INSUFFICIENT', 'the purse has less', { available: String(state.amount) });
    return [{ type: 'Withdrawn', amount: command.amount, ordinal: state.decisions }];
  },
  evolve: (state, event, atMs) => ({
    amount: state.amount + (event.type === 'Deposited' ? event.amount : -event.amount),
    decisions: state.decisions + 1,
    timesMs: [...state.timesMs, atMs],
  }),
};

const fields = (data: Json): { amount: number; ordinal: number } => {
  const { amount, ordinal } = data as { amount?: unknown; ordinal?: unknown };
  if (typeof amount !== 'number' || typeof ordinal !== 'number') throw new Error('amount and ordinal are numbers');
  return { amount, ordinal };
};

const TYPE = 'drawdown.testing.tally';

export const tallyRegistry = (): EventRegistry<TallyEvent> =>
  eventRegistry<TallyEvent>(TYPE, {
    Deposited: {
      version: 1,
      parse: data => ({ type: 'Deposited', ...fields(data) }),
      serialize: ({ amount, ordinal }) => ({ amount, ordinal }),
    },
    Withdrawn: {
      version: 1,
      parse: data => ({ type: 'Withdrawn', ...fields(data) }),
      serialize: ({ amount, ordinal }) => ({ amount, ordinal }),
    },
  });

/** A later build's registry: its deposits are of a version that `tallyRegistry` does not know. */
export const laterTallyRegistry = (): EventRegistry<TallyEvent> =>
  eventRegistry<TallyEvent>(TYPE, {
    Deposited: {
      version: 2,
      parse: data => ({ type: 'Deposited', ...fields(data) }),
      serialize: ({ amount, ordinal }) => ({ amount, ordinal, currency: 'none' }),
      upcasters: { 1: data => data },
    },
    Withdrawn: {
      version: 1,
      parse: data => ({ type: 'Withdrawn', ...fields(data) }),
      serialize: ({ amount, ordinal }) => ({ amount, ordinal }),
    },
  });

export const deposit = (id: string, amount = 1, createdAtMs = Date.now()): Command<TallyCommand> => ({
  id,
  createdAtMs,
  body: { type: 'deposit', amount },
  bodyHash: `deposit-${amount}`,
});

export const withdraw = (id: string, amount: number, createdAtMs = Date.now()): Command<TallyCommand> => ({
  id,
  createdAtMs,
  body: { type: 'withdraw', amount },
  bodyHash: `withdraw-${amount}`,
});

/** A decision as the log takes it, with one deposit. */
export const deposited = (commandId: string, ordinal = 0, amount = 1): Decision<TallyEvent> => ({
  commandId,
  bodyHash: `deposit-${amount}`,
  decidedAtMs: 1_700_000_000_000 + ordinal,
  events: [{ type: 'Deposited', amount, ordinal }],
});
