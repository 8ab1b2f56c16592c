/** What a port answers: at once where it can, else later. Whoever calls awaits, so that a store in memory costs no promise per call. */
export type Eventually<T> = T | Promise<T>;
