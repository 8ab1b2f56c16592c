import type { Amounts } from '../../amount/per-dimension.js';
import type { RecordedAt } from '../at-instant.js';

export interface PoolClosed extends RecordedAt {
  readonly type: 'pool-closed';
  readonly cause: string;
  readonly forfeited: Amounts;
}
