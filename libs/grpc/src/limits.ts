/** Every bound of the edge; each is checked where a thing enters. */
export const GRPC_LIMITS = {
  /** Longest request and answer; larger ones end with RESOURCE_EXHAUSTED. A batch of 1,000 usage events of ordinary size fits. */
  messageBytesMax: 8 * 1024 * 1024,
  metadataBytesMax: 16 * 1024,
  /** HTTP/2 streams a client may have open on one connection. */
  streamsPerConnectionMax: 1_000,
  /** Unary calls under way in one process; more are refused with TOO_MANY_CALLS rather than queued. */
  unaryCallsMax: 2_000,
  /** Streaming calls under way in one process. */
  streamingCallsMax: 200,
  /** Time of a unary call whose client set no deadline, and the most that any client gets. */
  unaryMsDefault: 5_000,
  unaryMsMax: 30_000,
  streamingMsDefault: 300_000,
  streamingMsMax: 3_600_000,
  /** How long calls under way may take when the server goes. */
  drainMsMax: 20_000,
  /** How long the last answers may take to leave the sockets. */
  flushMsMax: 250,
  keepaliveMs: 30_000,
  keepaliveTimeoutMs: 10_000,
  /** Tokens remembered as verified; the one remembered first is forgotten first. */
  verifiedTokensMax: 10_000,
  /** A key taken out of the key set is refused after at most this long. */
  verifiedTokenMsMax: 60_000,
  /** Difference between the clocks of issuer and server that is forgiven. */
  clockToleranceSecondsMax: 5,
  /** Longest token that is looked at. */
  tokenCharactersMax: 8_192,
  keyBytesMax: 128,
  /** A position of all partitions of all streams, as `@drawdown/eventlog` bounds it. */
  positionBytesMax: 65_536,
  pageTokenBytesMax: 2_048,
  pageSizeMax: 1_000,
  labelsMax: 64,
  labelKeyBytesMax: 128,
  labelValueBytesMax: 512,
  violationsMax: 50,
} as const;
