import type {
  Counter,
  Farm,
  FarmCommand,
  FarmEvent,
  Node,
  NodeCommand,
  NodeEvent,
  NonceTaken,
  NumberTaken,
  Party,
  PartyCommand,
  PartyEvent,
  Pool,
  PoolCommand,
  PoolEvent,
  Reservation,
  ReservationCommand,
  ReservationEvent,
  TakenNonce,
  TakeNonce,
  TakeNumber,
} from '../../domain/index.js';

/** The aggregates of the capacity stream (design §4.1): what names one, and what its pure functions speak of. */
export interface Kinds {
  readonly pool: Aggregated<number, Pool | undefined, PoolCommand, PoolEvent>;
  readonly reservation: Aggregated<number, Reservation | undefined, ReservationCommand, ReservationEvent>;
  readonly nonce: Aggregated<NonceKey, TakenNonce | undefined, TakeNonce, NonceTaken>;
  readonly counter: Aggregated<string, Counter, TakeNumber, NumberTaken>;
  readonly party: Aggregated<number, Party | undefined, PartyCommand, PartyEvent>;
  readonly node: Aggregated<string, Node | undefined, NodeCommand, NodeEvent>;
  readonly farm: Aggregated<number, Farm | undefined, FarmCommand, FarmEvent>;
}

/** A nonce is one customer's. */
export type NonceKey = readonly [customerTid: number, nonce: string];

interface Aggregated<Key, State, Command, Event> {
  readonly key: Key;
  readonly state: State;
  readonly command: Command;
  readonly event: Event;
}

export type Kind = keyof Kinds;
export type KeyOf<K extends Kind> = Kinds[K]['key'];
export type StateOf<K extends Kind> = Kinds[K]['state'];
export type CommandOf<K extends Kind> = Kinds[K]['command'];
export type EventOf<K extends Kind> = Kinds[K]['event'];
