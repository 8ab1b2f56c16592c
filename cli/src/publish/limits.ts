/** Every bound of publishing. */
export const PUBLISH_LIMITS = {
  /** Events of one gRPC call: few enough that a lost call repeats little, many enough that calls cost nothing. */
  eventsPerCallMax: 5_000,
  /** Events of one message of a call, and of one envelope. */
  eventsPerBatchMax: 500,
  /** Bytes of one message of a call, and of one envelope; NATS takes 1 MiB with its headers. */
  bytesPerBatchMax: 512 * 1_024,
  /** Messages that wait for their confirmation from JetStream. */
  unconfirmedMax: 128,
  confirmMsMax: 10_000,
  /** Repetitions of a message that JetStream did not confirm; its events are counted once all the same. */
  retriesMax: 4,
  /** Refused items that are shown one by one; the others are counted. */
  refusalsShownMax: 20,
} as const;
