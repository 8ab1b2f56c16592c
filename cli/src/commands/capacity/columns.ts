import type { Alert, Member, Pool, Reservation, Segment } from '@drawdown/proto/capacity';
import { milliText, unitSecondsText, unitsText } from '../../capacity/amounts.js';
import { moneyText } from '../../capacity/money.js';
import { secondText } from '../../capacity/seconds.js';
import type { Column } from '../../output/output.js';
import { secondsText } from './arguments.js';
import { dimensionText, memberStateText, reservationStatusText, statusText, thresholdText } from './views.js';

export const POOL_COLUMNS: readonly Column<Pool>[] = [
  { title: 'pool', text: ({ poolId }) => String(poolId), right: true },
  { title: 'owner', text: ({ customerTid }) => String(customerTid), right: true },
  { title: 'status', text: ({ status }) => statusText(status) },
  { title: 'CU·s left', text: ({ balance }) => milliText(balance?.cu), right: true },
  { title: 'SU·s left', text: ({ balance }) => milliText(balance?.su), right: true },
  { title: 'IPv4U·s left', text: ({ balance }) => milliText(balance?.ipv4u), right: true },
  { title: 'drained by', text: ({ active }) => unitsText(active) },
  { title: 'workloads', text: ({ memberCount }) => String(memberCount), right: true },
  { title: 'empty at', text: ({ emptyAt, emptyDimension }) => emptyText(emptyAt, dimensionText(emptyDimension)) },
];

const emptyText = (emptyAt: string, dimension: string): string =>
  dimension === '' ? secondText(emptyAt) : `${secondText(emptyAt)} (${dimension})`;

/** What else is worth a line when one pool stands alone. */
export const POOL_FIELDS: readonly Column<Pool>[] = [
  ...POOL_COLUMNS,
  { title: 'as of', text: ({ lastUpdated }) => secondText(lastUpdated) },
  { title: 'bought', text: ({ credited }) => unitSecondsText(credited) },
  { title: 'forgiven', text: ({ unfunded }) => unitSecondsText(unfunded) },
  { title: 'exhausted', text: ({ exhausted }) => exhausted.map(dimensionText).join(', ') },
  { title: 'held', text: ({ held, holdCount }) => (holdCount === 0 ? '' : `${unitsText(held)} for ${String(holdCount)}`) },
  { title: 'due', text: ({ dueAt }) => secondText(dueAt) },
  { title: 'nodes', text: ({ nodeIds }) => nodeIds.join('\n') },
  { title: 'sponsor', text: ({ sponsorTid }) => (sponsorTid === 0 ? '' : String(sponsorTid)) },
  { title: 'grace', text: ({ policy }) => graceText(policy?.graceSeconds ?? 0, policy?.suspends ?? false) },
  { title: 'borrows of', text: ({ borrowing }) => borrowingText(borrowing) },
  { title: 'workload ids', text: ({ activeWorkloadIds }) => activeWorkloadIds.join(', ') },
];

const graceText = (seconds: number, suspends: boolean): string =>
  seconds === 0 ? '' : `${secondsText(seconds)}${suspends ? ', suspended' : ''}`;

const borrowingText = (borrowing: Pool['borrowing']): string => {
  if (borrowing === undefined) return '';
  const owed = unitSecondsText(borrowing.owed);
  return `${String(borrowing.parentPoolId)}, at most ${unitSecondsText(borrowing.limit)}${owed === '' ? '' : `, owing ${owed}`}`;
};

export const MEMBER_COLUMNS: readonly Column<Member>[] = [
  { title: 'workload', text: ({ workloadId }) => String(workloadId), right: true },
  { title: 'state', text: ({ state, suspended }) => `${memberStateText(state)}${suspended ? ', suspended' : ''}` },
  { title: 'drains', text: ({ rates }) => unitsText(rates) },
  { title: 'node', text: ({ nodeId }) => nodeId },
  { title: 'since', text: ({ since }) => (since === 0 ? '' : secondText(since)) },
  { title: 'until', text: ({ until }) => (until === 0 ? '' : secondText(until)) },
];

export const SEGMENT_COLUMNS: readonly Column<Segment>[] = [
  { title: 'from', text: ({ from }) => secondText(from) },
  { title: 'to', text: ({ to }) => secondText(to) },
  { title: 'drained by', text: ({ rates }) => unitsText(rates) },
  { title: 'drained', text: ({ drained }) => unitSecondsText(drained) },
  { title: 'forgiven', text: ({ unfunded }) => unitSecondsText(unfunded) },
];

export const ALERT_COLUMNS: readonly Column<Alert>[] = [
  { title: 'threshold', text: thresholdText },
  { title: 'crossed', text: ({ crossed }) => (crossed ? 'yes' : '') },
  { title: 'due', text: ({ dueAt }) => secondText(dueAt) },
];

export const RESERVATION_COLUMNS: readonly Column<Reservation>[] = [
  { title: 'reservation', text: ({ reservationId }) => String(reservationId), right: true },
  { title: 'pool', text: ({ poolId }) => String(poolId), right: true },
  { title: 'customer', text: ({ customerTid }) => String(customerTid), right: true },
  { title: 'status', text: ({ status }) => reservationStatusText(status) },
  { title: 'bought', text: ({ amounts }) => unitSecondsText(amounts) },
  { title: 'price', text: ({ escrowInformation: due }) => (due === undefined ? '' : moneyText(due)), right: true },
  { title: 'payable until', text: ({ escrowInformation: due }) => (due === undefined ? '' : secondText(due.expiration)) },
  { title: 'cause', text: ({ cause }) => cause },
];
