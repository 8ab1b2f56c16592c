import { expiresAfter, floorToMinute, type Expiration, type InstantMs, type Recurrence } from '@drawdown/calendar';
import { ZERO, type Quantity } from '@drawdown/quantity';

/**
 * An amount of allowance with a start, an optional end, a place in the burn order and rollover bounds (entitlements §3.1).
 * Never edited: it can only be voided or deleted. Instants are on the minute grid, except `createdAt`.
 */
export interface Grant {
  /** Last tie-breaker of the burn order, compared bytewise. */
  readonly id: string;
  /** More than 0, in meter units after unit conversion. */
  readonly amount: Quantity;
  /** 0–255; the lower number burns first. */
  readonly priority: number;
  /** Inclusive. */
  readonly effectiveAt: InstantMs;
  /** Configured end, exclusive; absent means never. Decides the burn order even after a void. */
  readonly expiresAt?: InstantMs | undefined;
  readonly voidedAt?: InstantMs | undefined;
  readonly deletedAt?: InstantMs | undefined;
  /** Largest balance left after a reset. */
  readonly resetMaxRollover: Quantity;
  /** Smallest balance left after a reset, unless that exceeds `resetMaxRollover`. */
  readonly resetMinRollover: Quantity;
  /** At each occurrence while the grant is active its balance is set to `amount`. */
  readonly recurrence?: Recurrence | undefined;
  /** Third key of the burn order. */
  readonly createdAt: InstantMs;
}

/** A grant as it is asked for: instants in full resolution, the end as a count of durations. */
export interface GrantDraft {
  readonly id: string;
  readonly amount: Quantity;
  /** @default 1 */
  readonly priority?: number | undefined;
  readonly effectiveAt: InstantMs;
  readonly expiration?: Expiration | undefined;
  /** The anchor is `effectiveAt` when absent. */
  readonly recurrence?: { readonly interval: Recurrence['interval']; readonly anchor?: InstantMs | undefined } | undefined;
  readonly voidedAt?: InstantMs | undefined;
  readonly deletedAt?: InstantMs | undefined;
  /** @default 0 */
  readonly resetMaxRollover?: Quantity | undefined;
  /** @default 0 */
  readonly resetMinRollover?: Quantity | undefined;
  readonly createdAt: InstantMs;
}

export const GRANT_PRIORITY_DEFAULT = 1;

const floorIfPresent = (instant: InstantMs | undefined): InstantMs | undefined =>
  instant === undefined ? undefined : floorToMinute(instant);

/** The grant that a draft stands for: instants truncated, the end counted from the truncated start (entitlements §2.1). */
export const newGrant = (draft: GrantDraft): Grant => {
  const effectiveAt = floorToMinute(draft.effectiveAt);
  const { expiration, recurrence } = draft;
  return {
    id: draft.id,
    amount: draft.amount,
    priority: draft.priority ?? GRANT_PRIORITY_DEFAULT,
    effectiveAt,
    expiresAt: expiration === undefined ? undefined : expiresAfter(effectiveAt, expiration),
    voidedAt: floorIfPresent(draft.voidedAt),
    deletedAt: floorIfPresent(draft.deletedAt),
    resetMaxRollover: draft.resetMaxRollover ?? ZERO,
    resetMinRollover: draft.resetMinRollover ?? ZERO,
    recurrence:
      recurrence === undefined ? undefined : { interval: recurrence.interval, anchor: floorToMinute(recurrence.anchor ?? effectiveAt) },
    createdAt: draft.createdAt,
  };
};
