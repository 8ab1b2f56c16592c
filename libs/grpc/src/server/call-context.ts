import type { Metadata } from '@grpc/grpc-js';

import type { Caller } from '../identity/caller.js';

/** What a handler knows of its call, beside the request. */
export interface CallContext {
  readonly caller: Caller;
  /** Instant the answer must be out, in milliseconds since 1970 of this process's clock. */
  readonly deadlineAtMs: number;
  readonly metadata: Metadata;
  /** Aborts when the client went away or the deadline passed: give it to whatever waits for long. */
  readonly signal: AbortSignal;
  /** Milliseconds left, at least 0: the limit of everything the call waits for, in NATS and MongoDB too (design §3.15). */
  remainingMs(): number;
}

/** The controller of a call's signal is made only when somebody asks for it: most calls are answered from memory. */
export class RunningCall implements CallContext {
  #controller: AbortController | undefined;
  #abortedWith: Error | undefined;

  constructor(
    readonly caller: Caller,
    readonly deadlineAtMs: number,
    readonly metadata: Metadata,
  ) {}

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#abortedWith !== undefined) this.#controller.abort(this.#abortedWith);
    return this.#controller.signal;
  }

  remainingMs(): number {
    return Math.max(0, this.deadlineAtMs - Date.now());
  }

  abort(reason: Error): void {
    this.#abortedWith ??= reason;
    this.#controller?.abort(this.#abortedWith);
  }
}
