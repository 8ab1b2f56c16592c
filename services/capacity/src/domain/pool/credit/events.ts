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

export type CreditEvent = CapacityCredited;
