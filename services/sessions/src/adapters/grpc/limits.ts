/** Hits of one `PublishHits`, and of one message of `PublishHitsStream`. */
export const HITS_PER_REQUEST_MAX = 1_000;
/** Hits of one call of `PublishHitsStream`: a result of each is kept until its end. */
export const HITS_PER_STREAM_MAX = 100_000;
/** Overdue things that one answer lists, oldest first. */
export const OVERDUE_MAX = 1_000;
/** Sessions a user may have open at once, as far as anybody may ask. */
export const CONCURRENT_SESSIONS_MAX = 10_000;
