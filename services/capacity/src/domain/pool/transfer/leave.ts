import type { Seconds } from '../../amount/instant.js';
import { NOTHING, plusEach, type Amounts } from '../../amount/per-dimension.js';
import { settle } from '../account.js';
import { frontOf } from '../lot/line.js';
import { drainOf } from '../member/drain.js';
import type { Pool } from '../state.js';
import type { CapacityTransferredOut } from './events.js';
import type { MovedMember, TransferPurpose } from './state.js';

/** Workloads that go along with one transfer: a decision is one message of the log. */
export const WORKLOADS_PER_TRANSFER_MAX = 1_000;

/** Σ of what members drain now. */
export const drainOfAll = (members: readonly MovedMember[]): Amounts =>
  members.reduce<Amounts>((sum, { member }) => plusEach(sum, drainOf(member)), NOTHING);

const running = ({ workloadId, member }: MovedMember): MovedMember => ({
  workloadId,
  member: member.isSuspended ? { ...member, isSuspended: false } : member,
});

/** What names a transfer. */
export interface Leg {
  readonly transferId: string;
  readonly peer: number;
  readonly purpose: TransferPurpose;
  readonly isConsented: boolean;
}

/**
 * Everything that leaves with a transfer, oldest first as far as it lies in lots. Whoever is suspended here runs in the other pool, if that can
 * pay: grace stays behind.
 */
export const leave = (pool: Pool, leg: Leg, amounts: Amounts, members: readonly MovedMember[], at: Seconds): CapacityTransferredOut => {
  const parts = frontOf(pool, settle(pool, at).balance, amounts);
  return { type: 'capacity-transferred-out', ...leg, owner: pool.owner, amounts, parts, members: members.map(running), at };
};
