import type { Seconds } from '../../amount/instant.js';
import type { Amounts } from '../../amount/per-dimension.js';
import type { RecordedAt } from '../at-instant.js';
import type { Bought } from '../lot/state.js';

/** Why a pool was credited: a paid reservation, at most once each, or something else by name, such as a migration. */
export type CreditSource = { readonly reservationId: number } | { readonly cause: string };

export interface CapacityCredited extends RecordedAt {
  readonly type: 'capacity-credited';
  readonly source: CreditSource;
  readonly amounts: Amounts;
  readonly nodesAdded: readonly string[];
  readonly bought?: Bought | undefined;
  readonly expiresAt?: Seconds | undefined;
}

/** A reservation that the pool has refused and will go on to refuse. */
export interface CreditVoided extends RecordedAt {
  readonly type: 'credit-voided';
  readonly reservationId: number;
  readonly code: string;
}

export type CreditEvent = CapacityCredited | CreditVoided;
