/** Every wait of the launcher is bounded by one of these. */
export const LIMITS = {
  /** A Docker engine or a download site that is there answers well within this; one that is not must not hold up the start. */
  answerMsMax: 3_000,
  /** `program --version`. */
  versionMsMax: 10_000,
  /** From the start of a server to its first good answer; a JVM on a busy machine is the slowest. */
  serverReadyMsMax: 60_000,
  serviceReadyMsMax: 120_000,
  /** One try of a readiness probe. */
  probeMsMax: 2_000,
  probePauseMs: 50,
  /** From SIGTERM to SIGKILL for a server. Services bring their own drain time. */
  serverStopMsMax: 10_000,
  /** Pulling images, compiling nats-server, fetching packages. */
  fetchMsMax: 300_000,
  /** A port that was free may be taken before the server binds it. */
  portAttemptsMax: 3,
  logTailLinesMax: 12,
  tokenHoursMax: 12,
} as const;
