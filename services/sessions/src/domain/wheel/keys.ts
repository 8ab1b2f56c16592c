import { Refusal } from '@drawdown/errors';

/** Set: raw hits of a proto-session (sessions §4). */
export const PROTO_SESSION_HITS_PREFIX = 'sessions.hits';
/** KV: compacted hits of a proto-session. */
export const COMPACTED_HITS_PREFIX = 'sessions.hits.compacted';
/** Set: session keys that were at some moment expected to expire in a bucket. */
export const BUCKETS_PREFIX = 'sessions.buckets';
/** KV: lowest bucket that was not processed yet, decimal text. */
export const NEXT_BUCKET_KEY = 'sessions.buckets.next';
/** KV: the bucket that counts for a session key, decimal text. */
export const EXPIRATION_PREFIX = 'sessions.expiration';
/** KV: session key that owns a stamp. */
export const SESSION_STAMP_PREFIX = 'sessions.stamps';
/** KV: the stamps that a session key owns. */
export const SESSION_STAMP_BY_CLIENT_ID_PREFIX = 'sessions.stamps.by.client.id';

export const protoSessionHitsKey = (sessionKey: string): string => `${PROTO_SESSION_HITS_PREFIX}.${sessionKey}`;
export const compactedHitsKey = (sessionKey: string): string => `${COMPACTED_HITS_PREFIX}.${sessionKey}`;
export const bucketsKey = (bucket: number): string => `${BUCKETS_PREFIX}.${bucket}`;
export const expirationKey = (sessionKey: string): string => `${EXPIRATION_PREFIX}.${sessionKey}`;
export const sessionStampKey = (stamp: string): string => `${SESSION_STAMP_PREFIX}.${stamp}`;
export const sessionStampByClientIdKey = (sessionKey: string): string => `${SESSION_STAMP_BY_CLIENT_ID_PREFIX}.${sessionKey}`;

const PARTS_OF_A_BUCKET_KEY = 3;
const DECIMAL = /^[+-]?\d+$/;

/**
 * Decimal text of a whole number, as pointer, expiries and bucket keys hold it.
 * @throws Refusal `NUMBER_MALFORMED` for any other text, and beyond what a number holds exactly.
 */
export const parseDecimal = (text: string): number => {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value + 0;
  throw new Refusal('NUMBER_MALFORMED', 'not the decimal text of a whole number');
};

/**
 * Number of the bucket of a key: the third of three parts; what the other two say does not matter (sessions §4).
 * @throws Refusal `NUMBER_MALFORMED` with any other number of parts, or a third that is no whole number.
 */
export const bucketsParseNumber = (key: string): number => {
  const parts = key.split('.');
  if (parts.length !== PARTS_OF_A_BUCKET_KEY) throw new Refusal('NUMBER_MALFORMED', 'a bucket key has three parts');
  return parseDecimal(parts[2] ?? '');
};
