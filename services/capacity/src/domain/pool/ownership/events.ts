import type { RecordedAt } from '../at-instant.js';

export interface OwnershipTransferred extends RecordedAt {
  readonly type: 'ownership-transferred';
  readonly from: number;
  readonly to: number;
  readonly nonce: string;
  /** What both signed, and their signatures, as they came. */
  readonly json: string;
  readonly fromSignature: string;
  readonly toSignature: string;
}
