import { minusEach, NOTHING, plusEach, type Amounts } from '../../amount/per-dimension.js';
import type { Draft } from '../draft.js';
import { dropDecommissions } from '../grace/evolve.js';
import { withoutMoney, withPieces, withShift } from '../lot/line.js';
import { takeFront } from '../lot/evolve.js';
import { addMember, removeMember } from '../member/place.js';
import { settleWith } from '../settle.js';
import type {
  CapacityTransferredIn,
  CapacityTransferredOut,
  CapacityTransferRefused,
  CapacityTransferReturned,
  CapacityTransferVoided,
  CapacityTransferSettled,
  MergeBegun,
} from './events.js';
import type { Cargo, MovedMember } from './state.js';

const removeMembers = (next: Draft, members: readonly MovedMember[]): void => {
  for (const { workloadId } of members) removeMember(next, workloadId);
  dropDecommissions(
    next,
    members.map(({ workloadId }) => workloadId),
  );
};

const addMembers = (next: Draft, members: readonly MovedMember[]): void => {
  let { departed } = next.transfers;
  for (const { workloadId, member } of members) {
    addMember(next, workloadId, member);
    departed = departed.without(workloadId);
  }
  next.transfers = { ...next.transfers, departed };
};

/** Takes in a cargo, at the instant to which the pool is settled; it lies behind everything that is there. */
const unload = (next: Draft, { amounts, parts, members }: Cargo): void => {
  next.lots = withPieces(next.lots, parts, plusEach(next.credited, next.lots.shift), next.asOf);
  next.lots = withShift(next.lots, amounts);
  addMembers(next, members);
  settleWith(next, next.asOf, amounts, next.rates);
};

const close = (next: Draft, transferId: string, status: 'arrived' | 'returned'): void => {
  const { byId, pending } = next.transfers;
  const record = byId.get(transferId);
  next.transfers = {
    ...next.transfers,
    byId: record === undefined ? byId : byId.with(transferId, { ...record, status }),
    pending: pending.filter(transfer => transfer.transferId !== transferId),
  };
};

/** Of a child: it owes so much less; it settles once more, because its parent has to know. */
const payBack = (next: Draft, amounts: Amounts): void => {
  if (next.borrowing === undefined) return;
  next.borrowing = { ...next.borrowing, repaid: plusEach(next.borrowing.repaid, amounts) };
  settleWith(next, next.asOf, NOTHING, next.rates);
};

export const transferredOut = (next: Draft, event: CapacityTransferredOut): void => {
  const { transferId, peer, owner, purpose, isConsented, amounts, parts, members, at } = event;
  settleWith(next, at, NOTHING, next.rates);
  for (const { lot, bought } of parts) if (bought !== undefined) next.lots = withoutMoney(next.lots, lot, bought.amount);
  takeFront(next, amounts);
  removeMembers(next, members);
  settleWith(next, at, minusEach(NOTHING, amounts), next.rates);
  next.flows = { ...next.flows, transferredOut: plusEach(next.flows.transferredOut, amounts) };
  if (purpose === 'repayment') payBack(next, amounts);
  let { departed } = next.transfers;
  for (const { workloadId } of members) departed = departed.with(workloadId, { peer, transferId });
  const { byId, pending, merging } = next.transfers;
  next.transfers = {
    byId: byId.with(transferId, { direction: 'out', peer, status: 'pending', at }),
    pending: [...pending, { transferId, peer, owner, purpose, isConsented, amounts, parts, members, at }],
    merging:
      merging !== undefined && transferId === `${merging.mergeId}:${merging.count + 1}`
        ? { ...merging, count: merging.count + 1 }
        : merging,
    departed,
  };
};

export const transferredIn = (next: Draft, { transferId, peer, amounts, parts, members, at }: CapacityTransferredIn): void => {
  settleWith(next, at, NOTHING, next.rates);
  unload(next, { amounts, parts, members });
  next.flows = { ...next.flows, transferredIn: plusEach(next.flows.transferredIn, amounts) };
  const byId = next.transfers.byId.with(transferId, { direction: 'in', peer, status: 'arrived', at });
  next.transfers = { ...next.transfers, byId };
};

export const transferRefused = (next: Draft, { transferId, code }: CapacityTransferRefused): void => {
  const pending = next.transfers.pending.map(transfer => (transfer.transferId === transferId ? { ...transfer, refusal: code } : transfer));
  next.transfers = { ...next.transfers, pending };
};

export const transferVoided = (next: Draft, { transferId, peer, at }: CapacityTransferVoided): void => {
  const byId = next.transfers.byId.with(transferId, { direction: 'in', peer, status: 'voided', at });
  next.transfers = { ...next.transfers, byId };
};

export const transferSettled = (next: Draft, { transferId }: CapacityTransferSettled): void => close(next, transferId, 'arrived');

export const transferReturned = (next: Draft, { transferId, purpose, amounts, parts, members, at }: CapacityTransferReturned): void => {
  settleWith(next, at, NOTHING, next.rates);
  unload(next, { amounts, parts, members });
  next.flows = { ...next.flows, transferredOut: minusEach(next.flows.transferredOut, amounts) };
  if (purpose === 'repayment') payBack(next, minusEach(NOTHING, amounts));
  close(next, transferId, 'returned');
};

export const mergeBegun = (next: Draft, { mergeId, into, isConsented }: MergeBegun): void => {
  next.transfers = { ...next.transfers, merging: { mergeId, into, isConsented, count: 0 } };
};

export const mergeStopped = (next: Draft): void => {
  next.transfers = { ...next.transfers, merging: undefined };
};
