import { Refusal } from '@drawdown/errors';
import type { Command, Decider } from '@drawdown/eventlog';
import {
  compareWithinSecond,
  decideCounter,
  decideFarm,
  decideNode,
  decideNonce,
  decideParty,
  decidePool,
  decideReservation,
  evolveCounter,
  evolveFarm,
  evolveNode,
  evolveNonce,
  evolveParty,
  evolvePool,
  evolveReservation,
  NEW_COUNTER,
  NO_FARM,
  NO_NODE,
  NO_PARTY,
  NO_POOL,
  NO_RESERVATION,
  type PoolCommand,
  type Seconds,
} from '../../domain/index.js';
import { instantOf, type Instructed, type When } from './instructed.js';
import type { CommandOf, EventOf, Kind, KeyOf, StateOf } from './kinds.js';

const MS_PER_SECOND = 1_000;

/** How one kind of aggregate is addressed and decided. */
export interface Definition<K extends Kind> {
  readonly decider: Decider<StateOf<K>, Instructed<CommandOf<K>>, EventOf<K>>;
  /** Order of commands that a writer holds at once; absent: that of their coming. */
  readonly order?: (left: Command<Instructed<CommandOf<K>>>, right: Command<Instructed<CommandOf<K>>>) => number;
  /** Tokens of the subject after the kind. */
  readonly tokensOf: (key: KeyOf<K>) => readonly [string, ...string[]];
  readonly keyOf: (tokens: readonly string[]) => KeyOf<K>;
  /** To whom it belongs; absent: to nobody yet, or to everybody. */
  readonly namespaceOf: (state: StateOf<K>) => string | undefined;
  /** Code of the refusal for what does not exist, which is also what a foreign one is told. */
  readonly notFound: string;
}

/** A state that knows to whom it belongs and how late it is. */
interface Owned {
  readonly namespace: string;
  readonly lastAt: Seconds;
}

const numbered = {
  tokensOf: (key: number): readonly [string] => [String(key)],
  keyOf: ([token = '']: readonly string[]): number => Number(token),
};

const named = {
  tokensOf: (key: string): readonly [string] => [key],
  keyOf: ([token = '']: readonly string[]): string => token,
};

/** An aggregate that belongs to a namespace, decided at an instant. Another namespace's is told apart from none by nothing (capacity §13.1). */
const owned = <State extends Owned, Command extends { readonly at: Seconds; readonly type: string }, Event>(
  notFound: string,
  /** The command that makes one: whether its id is taken is the domain's to say. */
  making: Command['type'],
  decide: (command: Command, state: State | undefined) => readonly Event[],
  evolve: (state: State | undefined, event: Event) => State,
  initialState: undefined,
): {
  readonly decider: Decider<State | undefined, Instructed<Command>, Event>;
  readonly namespaceOf: (state: State | undefined) => string | undefined;
  readonly notFound: string;
} => ({
  decider: {
    initialState,
    evolve,
    decide: ({ namespace, when, command }, state, atMs) => {
      const isForeign = state !== undefined && state.namespace !== namespace;
      if (isForeign && command.type !== making) throw new Refusal(notFound, 'there is none of that number');
      const at = instantOf(when, Math.floor(atMs / MS_PER_SECOND), state?.lastAt ?? 0);
      // The type of a union without one of its members, put together again, is beyond what the compiler can follow.
      return decide({ ...command, at } as unknown as Command, state);
    },
  },
  namespaceOf: state => state?.namespace,
  notFound,
});

/** Backdated commands of a pool come before those of now, and within a second what helps before what costs (capacity §13.6). */
const poolOrder = (left: Command<Instructed<PoolCommand>>, right: Command<Instructed<PoolCommand>>): number =>
  instantOfHeld(left.body.when) - instantOfHeld(right.body.when) ||
  compareWithinSecond({ id: left.id, type: left.body.command.type }, { id: right.id, type: right.body.command.type });

const instantOfHeld = (when: When): number => {
  if (when === 'now') return Number.MAX_SAFE_INTEGER;
  return 'given' in when ? when.given : when.atLeast;
};

/** Every kind of the stream. */
export const DEFINITIONS: { readonly [K in Kind]: Definition<K> } = {
  pool: { ...numbered, ...owned('POOL_NOT_FOUND', 'open', decidePool, evolvePool, NO_POOL), order: poolOrder },
  reservation: { ...numbered, ...owned('RESERVATION_NOT_FOUND', 'submit', decideReservation, evolveReservation, NO_RESERVATION) },
  party: { ...numbered, ...owned('PARTY_UNKNOWN', 'register', decideParty, evolveParty, NO_PARTY) },
  node: { ...named, ...owned('UNKNOWN_NODE', 'register', decideNode, evolveNode, NO_NODE) },
  farm: { ...numbered, ...owned('FARM_UNKNOWN', 'register', decideFarm, evolveFarm, NO_FARM) },
  nonce: {
    tokensOf: ([customerTid, nonce]) => [String(customerTid), nonce],
    keyOf: ([customerTid = '', nonce = '']) => [Number(customerTid), nonce],
    decider: {
      initialState: undefined,
      decide: ({ command }, taken) => decideNonce(command, taken),
      evolve: evolveNonce,
    },
    namespaceOf: () => undefined,
    notFound: 'NONCE_NOT_FOUND',
  },
  counter: {
    ...named,
    decider: {
      initialState: NEW_COUNTER,
      decide: ({ command }, counter) => decideCounter(command, counter),
      evolve: evolveCounter,
    },
    namespaceOf: () => undefined,
    notFound: 'COUNTER_NOT_FOUND',
  },
};

export const isKind = (text: string | undefined): text is Kind => text !== undefined && Object.hasOwn(DEFINITIONS, text);

/** The state, if it is there and belongs to the namespace, or to everybody. @throws Refusal with the kind's own code */
export const requireOwn = <K extends Kind>(kind: K, namespace: string, state: StateOf<K> | undefined): NonNullable<StateOf<K>> => {
  const { namespaceOf, notFound } = DEFINITIONS[kind];
  if (state === undefined || (namespaceOf(state) ?? namespace) !== namespace) throw new Refusal(notFound, 'there is none of that number');
  return state;
};
