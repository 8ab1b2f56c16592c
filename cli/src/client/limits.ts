/** Every bound of the client. */
export const CLIENT_LIMITS = {
  /** A command with all its repetitions, unless `--timeout` says otherwise; servers allow 30 s for a unary call. */
  callMsDefault: 20_000,
  /** A stream of usage or of rebuild progress. */
  streamMsMax: 3_600_000,
  /** Repetitions after UNAVAILABLE; with the pauses below about six seconds in all. */
  retriesMax: 6,
  retryPauseMsMin: 100,
  retryPauseMsMax: 2_000,
  /** Answers are as large as servers allow. */
  messageBytesMax: 8 * 1024 * 1024,
  pageSize: 500,
  /** Pages of one listing; more is a mistake of the question. */
  pagesMax: 10_000,
} as const;
