/** Bounds of reconciliation; a count, or the unit in the name. */
export const LIMITS = {
  kindCharactersMax: 64,
  namespaceCharactersMax: 64,
  objectIdCharactersMax: 254,
  tagCharactersMax: 255,
  /** Ours: the specification bounds a tag, but not how many there are, and every write carries them all. */
  tagsMax: 256,
  objectBytesMax: 262_144,
  metadataBytesMax: 16_384,
  /** Ours: a deeper object would exhaust the stack of whoever walks it. */
  jsonDepthMax: 512,
  recordBytesMax: 524_288,
  errorsKeptMax: 50,
  errorCharactersMax: 1_024,
  traceCharactersMax: 2_048,
  maxAttemptsDefault: 10,
  maxAttemptsMax: 32_767,
  parallelismDefault: 1,
  parallelismMax: 10_000,
  namespaceWorkersMax: 10_000,
  commandsRememberedMax: 16,
  leaseMs: 30_000,
  /** How long after its end a lease is still left alone: clocks differ. */
  leaseSkewMs: 2_000,
  workBackoffMsMax: 21_600_000,
  informRunAttemptsMax: 10,
  cleanedPerNamespaceMax: 1_000,
  rescheduleBatchMax: 1_000,
  expiryTtlSecondsMax: 2_147_483_647,
  subscriptionEventsDefault: 1_000,
  goalStateWorkersDefault: 4,
} as const;
