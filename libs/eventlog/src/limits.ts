/** Every bound of this package, each with its unit in its name (design §3.15). */
export const LIMITS = {
  /** Group commit (design §3.8). One command alone may be larger, up to what the server takes. */
  commandsPerMessageMax: 256,
  groupBytesMax: 256 * 1024,
  /** Commands that wait for one aggregate; one more is answered with the fault `OVERLOADED`. */
  commandsQueuedMax: 4_096,
  /** Times that a group is decided again after a conflict before its callers get the fault `CONTENTION`. */
  appendAttemptsMax: 16,
  retryDelayMsMin: 2,
  retryDelayMsMax: 250,
  appendTimeoutMs: 5_000,
  readTimeoutMs: 5_000,
  /** Messages asked for in one direct read. */
  readBatchMessages: 256,
  commandIdBytesMax: 128,
  /** How far the creation time of a command may lie ahead of the stream's clock. */
  commandAheadMsMax: 60_000,
  tokenBytesMax: 128,
  encodedTokenCharsMax: 200,
  /** The longest there is has a component for every partition of every stream: about 45,000. */
  positionCharsMax: 65_536,
  /** A time sample with a longer round trip says too little about the server's clock. */
  clockRoundTripMsMax: 2_000,
  /** Without a good sample for this long, commands are refused (design §3.16). */
  clockSampleAgeMsMax: 30_000,
} as const;
