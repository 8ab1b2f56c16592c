/** The three pure functions of a domain (design §3.3). No clock, no I/O: the time comes with the command, and again with its events. */
export interface Decider<S, C, E> {
  readonly initialState: S;
  /** What the command comes to; nothing recorded if it is empty. @throws Refusal if it cannot be done. */
  decide(command: C, state: S, atMs: number): readonly E[];
  /** Never changes the state it is given. `atMs` is the time of the command, the same at every fold. */
  evolve(state: S, event: E, atMs: number): S;
}

export interface Command<C> {
  /** The idempotency key (design §3.11). */
  readonly id: string;
  /** When the client made it, in milliseconds since 1970. */
  readonly createdAtMs: number;
  readonly body: C;
  readonly bodyHash: string;
  /** Travel with the message, `traceparent` for instance; of a group, those of its first command that has any. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Executed<S, E> {
  readonly events: readonly E[];
  /** Where the events are recorded; without events, the subject's last sequence that the answer rests on. */
  readonly sequence: number;
  /** The command was found recorded, and these are its first events. */
  readonly repeated: boolean;
  /** The state right after the command's own events; of a repeated command, the state now. */
  readonly state: S;
}

/** Finds commands that were recorded before what an aggregate has folded in memory (design §4.7). */
export interface CommandIndex {
  /** Sequence of the message that records the command. A wrong positive is harmless, a wrong negative is not. */
  find(commandId: string): number | undefined | Promise<number | undefined>;
}
