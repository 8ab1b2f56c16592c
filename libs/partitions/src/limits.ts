import { LEASE_TTL_MS } from '@drawdown/eventlog';

/** What one input may hold in memory before it is applied, and how its consumer is kept alive. */
export interface ReadLimits {
  /** Messages fetched ahead, and the largest batch handed to `apply`. */
  readonly batchMessagesMax: number;
  /** Bytes fetched ahead, and the largest batch handed to `apply`; a single larger message is still delivered, alone. */
  readonly batchBytesMax: number;
  /** How long one pull request stays open at the server. */
  readonly pullExpiresMs: number;
  /** The server speaks at least this often while a pull is open; two silent periods mean that the consumer is lost. */
  readonly heartbeatMs: number;
  /** The server forgets an unread consumer after this time. */
  readonly consumerInactiveMs: number;
  /** First upper bound of the wait before something is tried again; it doubles with each attempt. */
  readonly retryMinMs: number;
  /** Largest upper bound of that wait. */
  readonly retryMaxMs: number;
}

export const DEFAULT_READ_LIMITS: ReadLimits = {
  batchMessagesMax: 2_000,
  batchBytesMax: 8 * 1024 * 1024,
  pullExpiresMs: 30_000,
  heartbeatMs: 10_000,
  // A server holds about a thousand consumers of a stream, and each killed replica leaves its own behind for this long.
  consumerInactiveMs: 10_000,
  retryMinMs: 50,
  retryMaxMs: 10_000,
};

/** The numbers of design §3.9. They are configuration only so that tests need not wait for them. */
export interface LeaseTimes {
  /** The server forgets a lease this long after its last renewal; it is the bucket's TTL and must equal it. */
  readonly ttlMs: number;
  readonly renewEveryMs: number;
  /** A holder that could not renew gives up by itself after this time; must be shorter than `ttlMs`. */
  readonly stepDownMs: number;
}

/** Three renewals in a life, and a holder that missed them steps down while nobody else can hold the lease yet (design §3.9). */
export const leaseTimesOf = (ttlMs: number): LeaseTimes => ({
  ttlMs,
  renewEveryMs: Math.floor(ttlMs / 3),
  stepDownMs: Math.floor((ttlMs * 2) / 3),
});

export const DEFAULT_LEASE_TIMES: LeaseTimes = leaseTimesOf(LEASE_TTL_MS);

/** How requests to owners and the end of a replica are bounded. */
export interface HostLimits {
  /** How long a request waits for a partition to have an owner. */
  readonly ownerWaitMsMax: number;
  /** A request without a deadline of its own is given this one. */
  readonly requestMsDefault: number;
  /** Requests an owner works on at once, per partition. */
  readonly requestsPerPartitionMax: number;
  /** A drain that takes longer is abandoned; the leases then end by expiry. */
  readonly drainMsMax: number;
}

export const DEFAULT_HOST_LIMITS: HostLimits = {
  ownerWaitMsMax: 1_000,
  requestMsDefault: 5_000,
  requestsPerPartitionMax: 1_024,
  drainMsMax: 20_000,
};
