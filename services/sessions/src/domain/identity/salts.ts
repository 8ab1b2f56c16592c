/**
 * Secrets that computed stamps are mixed with, so that nobody can make a stamp of an address and headers after its secret is gone
 * (sessions §15.11). The same on all replicas.
 */
export interface StampSalts {
  /** The secret of a UTC date, `YYYY-MM-DD`; undefined: stamps of that date are not salted. */
  of(date: string): string | undefined;
}

/** For tools and tests, where nothing is kept. */
export const NO_SALTS: StampSalts = { of: () => undefined };
