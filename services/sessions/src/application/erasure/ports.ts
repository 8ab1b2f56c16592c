import type { ErasedPerson } from './person.js';

/** Hits of the log (sessions §15.11); what is done is safe to repeat. */
export interface ErasableHits {
  /** Source partition → its last message now; the ones that may hold hits of the person. */
  lastOf(erased: ErasedPerson): Promise<ReadonlyMap<number, number>>;
  /** Keys of the clients that the person's hits came from, session ids of the clients' own included. */
  clientKeysOf(erased: ErasedPerson): Promise<ReadonlySet<string>>;
  /** Deletes the person's hits, and writes messages again that hold others' beside them; yields how many messages went, step by step. */
  erase(erased: ErasedPerson, signal: AbortSignal): AsyncIterable<number>;
}

/** Closed sessions of the log, by state partition. */
export interface ErasablePublications {
  /** As for hits; yields as well. Sessions that may have lost something are noted, also those of an erasure that broke off. */
  erase(
    erased: ErasedPerson,
    state: number,
    clientKeys: ReadonlySet<string>,
    lost: (sessionId: string) => void,
    signal: AbortSignal,
  ): AsyncIterable<number>;
  /** Last message of the property in a state partition now. */
  last(erased: ErasedPerson, state: number): Promise<number>;
}

/** Copies of what could not be read, and proto-sessions that were set aside. */
export interface ErasableLetters {
  erase(erased: ErasedPerson, clientKeys: ReadonlySet<string>, signal: AbortSignal): AsyncIterable<number>;
}
