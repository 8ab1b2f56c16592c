import type { Expiration, InstantMs, Interval, Recurrence } from '@drawdown/calendar';
import type { Quantity } from '@drawdown/quantity';
import type { Feature, Meter } from '../catalog/meter.js';
import type { Lateness } from '../usage/booking.js';
import type { DefaultAllowance } from './state.js';

/** An instant, or one of the two words that stand for one (entitlements §3.6). */
export type MeasurementStart = InstantMs | 'now' | 'current-period-start';

export interface CreateEntitlement {
  readonly type: 'create-entitlement';
  /** Ids are made outside, from the command's own id, so that a repeat means the same entitlement. */
  readonly entitlementId: string;
  readonly defaultGrantId: string;
  readonly featureKey: string;
  /** As the catalogue has it; absent: unknown. */
  readonly feature: Feature | undefined;
  readonly featureIsArchived: boolean;
  readonly meter: Meter | undefined;
  readonly measureUsageFrom: MeasurementStart;
  /** The anchor is the time of the command when absent. */
  readonly usagePeriod: { readonly interval: Interval; readonly anchor?: InstantMs | undefined };
  readonly issueAfterReset?: DefaultAllowance | undefined;
  readonly preserveOverageAtReset: boolean;
  readonly isSoftLimit: boolean;
  readonly lateness: Lateness;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface CreateGrant {
  readonly type: 'create-grant';
  readonly grantId: string;
  /** Id of the entitlement, or its feature key. */
  readonly entitlement: string;
  readonly amount: Quantity;
  readonly priority?: number | undefined;
  /** Required; absent where the request does not say it. */
  readonly effectiveAt?: InstantMs | undefined;
  readonly expiration?: Expiration | undefined;
  readonly recurrence?: { readonly interval: Recurrence['interval']; readonly anchor?: InstantMs | undefined } | undefined;
  readonly resetMaxRollover?: Quantity | undefined;
  readonly resetMinRollover?: Quantity | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface VoidGrant {
  readonly type: 'void-grant';
  readonly grantId: string;
  /** @default the time of the command */
  readonly at?: InstantMs | undefined;
}

export interface ResetUsage {
  readonly type: 'reset-usage';
  readonly entitlement: string;
  /** @default the time of the command */
  readonly at?: InstantMs | undefined;
  readonly retainAnchor: boolean;
  /** @default the entitlement's choice */
  readonly preserveOverage?: boolean | undefined;
}

/** Given by the partition's owner when late usage has changed a balance (entitlements §19.5). */
export interface AnnounceCorrection {
  readonly type: 'announce-correction';
  readonly entitlementId: string;
  readonly from: InstantMs;
  readonly before: Quantity;
  readonly after: Quantity;
  readonly usageSequence: number;
}

export type CustomerCommand = CreateEntitlement | CreateGrant | VoidGrant | ResetUsage | AnnounceCorrection;
