import type { StoredMessage, StreamKey } from '@drawdown/eventlog';

/** One stream a partition is folded from, and which of its subjects belong to a partition. */
export interface PartitionInput {
  readonly stream: StreamKey;
  readonly filters: (partition: number) => readonly string[];
}

/** What is wrong in a message's own bytes. */
export interface Rejection {
  readonly reason: string;
  readonly detail: string;
  /** Which event of the message, where it holds several and this one could be read. */
  readonly eventId?: string;
}

/**
 * `ok: false`, and each of the `rejections`, speaks only of the message's own bytes: a rebuild must come to the same answer (design §4.10).
 * A message with rejections is dead-lettered once for each and applied all the same: what is sound in an envelope counts.
 */
export type Decoded<D> =
  { readonly ok: true; readonly value: D; readonly rejections?: readonly Rejection[] } | ({ readonly ok: false } & Rejection);

/** A message on its way into the processor; without a value it was rejected or set aside and only the watermark moves. */
export interface Delivery<D> {
  readonly message: StoredMessage;
  readonly value: D | undefined;
}

/** Last sequence of each input whose effect is durable; an absent input is read from its beginning. */
export type Watermarks = Readonly<Partial<Record<StreamKey, number>>>;

/** A question or command for the owner of a partition. */
export interface OwnerRequest {
  readonly data: Uint8Array;
  readonly headers: ReadonlyMap<string, string>;
  /** What the caller still waits, in milliseconds, when the request reaches the owner. */
  readonly timeoutMs: number;
}

/** What the holder of a partition knows about its right to it (design §3.9). */
export interface Lease {
  readonly partition: number;
  /** Revision at which the lease was created; compares only within `incarnation` (design §3.17). */
  readonly epoch: number;
  /** Identity of the lease bucket: revisions repeat after a restore. */
  readonly incarnation: string;
  /** Look immediately before every write that must not come from a former owner. */
  isHeld(): boolean;
}

/** What a service does with one partition. The reader alone decides about watermarks, retries and dead letters. */
export interface PartitionProcessor<D> {
  open(): Promise<Watermarks>;
  /** Pure: the same bytes give the same answer on every replica and in every rebuild. */
  decode(message: StoredMessage): Decoded<D>;
  /**
   * Messages of one input in stream order; durable together with the watermark when it resolves. After a throw it is called
   * again, with the same messages or with the first few of them, so an effect must be recognised by its sequence.
   * A `Fault` says that the world failed; anything else says that the message broke our code.
   */
  apply(batch: readonly Delivery<D>[]): Promise<void>;
  /** Runs beside `apply`. A `Refusal` or `Fault` reaches the caller under its own name. */
  serve(request: OwnerRequest): Promise<Uint8Array>;
  /** Nothing is applied or served any more. Also called after the lease was lost: then nothing may be written. */
  close(): Promise<void>;
}
