import type { GivenSettings, Property } from '../../domain/index.js';
import type { SessionName } from '../queries/ports.js';

/** What every command carries (design §3.11). */
export interface CommandIdentity {
  readonly id: string;
  readonly createdAtMs: number;
  readonly bodyHash: string;
}

/** Where the event of a command stands in DRAWDOWN_SESSIONS. */
export interface CommandPlace {
  readonly partition: number;
  readonly sequence: number;
}

/** A person, by one of the ids that hits carry. */
export type Person = { readonly kind: 'client'; readonly clientId: string } | { readonly kind: 'user'; readonly userId: string };

export interface ErasureProgress {
  readonly openHits: number;
  readonly closedSessions: number;
  readonly messages: number;
  readonly done: boolean;
  readonly place: CommandPlace | undefined;
}

export interface Replay {
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  /** Absent: the property's own. Its scope is that of the property where it says none. */
  readonly settings: GivenSettings | undefined;
}

/** How far a source partition was filled. */
export interface PublishedPlace {
  readonly partition: number;
  readonly sequence: number;
}

export interface StartedReplay {
  readonly lane: string;
  readonly places: readonly PublishedPlace[];
}

/**
 * What operators and customers decide about sessions: recorded on DRAWDOWN_SESSIONS before the effect in the store, by the owner of the state
 * partition (sessions §12.5). All throw Refusal `NOT_FOUND`, `IDEMPOTENCY_MISMATCH`, `COMMAND_EXPIRED`; Fault: the same command may be sent again.
 */
export interface SessionCommands {
  end(property: Property, name: SessionName, command: CommandIdentity, signal: AbortSignal): Promise<CommandPlace>;
  /** @throws Refusal `CLIENT_NOT_JOINED` */
  unmerge(property: Property, name: SessionName, clientId: string, command: CommandIdentity, signal: AbortSignal): Promise<CommandPlace>;
  erase(property: Property, person: Person, command: CommandIdentity, signal: AbortSignal): AsyncIterable<ErasureProgress>;
  /** @throws Refusal `HISTORY_EXPIRED` */
  startReplay(property: Property, replay: Replay, command: CommandIdentity, signal: AbortSignal): Promise<StartedReplay>;
}
