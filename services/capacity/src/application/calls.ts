import type { CommandOf, EventOf, Kind, KeyOf } from './aggregates/kinds.js';
import type { Untimed, When } from './aggregates/instructed.js';
import type { AnswerOf, ArgumentsOf, KindAsked, QuestionName } from './questions/questions.js';

/** A command as it comes to an aggregate. */
export interface Given<K extends Kind> {
  /** The idempotency key (design §3.11). */
  readonly id: string;
  /** When the caller made it, in milliseconds since 1970. */
  readonly createdAtMs: number;
  /** Tells commands with the same id apart. */
  readonly bodyHash: string;
  /** Travel with the message. */
  readonly headers?: Readonly<Record<string, string>>;
  /** @default now */
  readonly when?: When;
  readonly command: Untimed<CommandOf<K>>;
}

export interface Answered<K extends Kind> {
  /** What the command came to, the first time it was given. */
  readonly events: readonly EventOf<K>[];
  /** Where it is recorded in the stream. */
  readonly sequence: number;
  readonly repeated: boolean;
  /** Read-your-writes token (design §3.10). */
  readonly position: string;
}

export interface CallLimits {
  /** What is left of the caller's deadline. */
  remainingMs(): number;
}

export interface AskOptions extends CallLimits {
  /** Position that the answer must reach; empty: none. */
  readonly minPosition: string;
  /** Whether the stored documents may answer for a silent owner. Never where something is decided on the answer. @default no */
  readonly mayBeStale?: boolean;
}

export interface Told<Q extends QuestionName> {
  readonly answer: AnswerOf<Q>;
  readonly position: string;
  /** The owner was silent, and this is what the stored documents say. */
  readonly isStale: boolean;
  /** Up to when everything is in the answer, in milliseconds since 1970. */
  readonly asOfMs: number;
}

/** Brings commands and questions to the owner of an aggregate, wherever it is (design §3.9, §6). */
export interface CapacityCalls {
  /**
   * Decides and records a command; resolves when it is durable.
   * @throws Refusal of the domain, `IDEMPOTENCY_MISMATCH`, `COMMAND_EXPIRED`; what does not exist, or belongs to another namespace: the kind's
   * own code such as `POOL_NOT_FOUND`
   * @throws Fault `OWNER_UNAVAILABLE`, `CLOCK_UNCERTAIN`, …: the same command may be sent again
   */
  execute<K extends Kind>(kind: K, namespace: string, key: KeyOf<K>, given: Given<K>, limits: CallLimits): Promise<Answered<K>>;
  /**
   * Asks about one aggregate.
   * @throws Refusal of the kind's own code such as `POOL_NOT_FOUND`; Fault `STALE_READ`, `OWNER_UNAVAILABLE`
   */
  ask<Q extends QuestionName>(
    question: Q,
    namespace: string,
    key: KeyOf<KindAsked<Q>>,
    args: ArgumentsOf<Q>,
    options: AskOptions,
  ): Promise<Told<Q>>;
  /** A position that has reached all of these. */
  merged(...positions: readonly string[]): string;
}
