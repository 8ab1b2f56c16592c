/** Checks of one `BatchCheckAccess`. */
export const CHECKS_PER_BATCH_MAX = 1_000;
/** Events of one `IngestUsage`, and of one message of `StreamUsage`. */
export const EVENTS_PER_INGEST_MAX = 1_000;
/** Events of one call of `StreamUsage`: a result of each is kept until its end. */
export const EVENTS_PER_STREAM_MAX = 100_000;
/** JSON data of one event; a reader of the stream takes no larger event either. */
export const EVENT_DATA_BYTES_MAX = 60 * 1_024;
/** Values of one filter of a list. */
export const LIST_FILTER_VALUES_MAX = 100;
