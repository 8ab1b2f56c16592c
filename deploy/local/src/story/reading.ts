import { fromTimestamp, listAll, toTimestamp, collect, type DrawdownClient } from '@drawdown/cli';
import { Fault } from '@drawdown/errors';
import {
  BalancesServiceService,
  GetBalanceHistoryRequest,
  GrantsServiceService,
  type Balance,
  type Grant,
  type GrantBalance,
  type Segment,
} from '@drawdown/proto';
import { NAMES } from './catalogue.js';
import { MINUTE_MS, sum, type Outcome } from './expectation.js';
import { fromDecimal, type Hundredths } from './hundredths.js';
import { PLAN_LABEL } from './promises.js';

/** What is asked about a customer: the state at `atMs`, a whole minute, no older than the position. */
export interface Question {
  readonly customer: string;
  readonly atMs: number;
  readonly position: string;
}

/** Reads over gRPC what became of a customer. @throws Fault `STORY_UNREADABLE` */
export const readOutcome = async (client: DrawdownClient, question: Question): Promise<Outcome> => {
  const { customer, atMs, position: minPosition } = question;
  const balance = await balanceAt(client, question, atMs);
  const request = GetBalanceHistoryRequest.create({ customer, featureKey: NAMES.feature, endTime: toTimestamp(atMs), minPosition });
  const segments = await collect(listAll(client, BalancesServiceService.getBalanceHistory, request, page => page.segments));
  const grants = await grantsOf(client, customer, minPosition);
  return {
    customer,
    granted: sum(grants.map(({ amount }) => amountOf(amount))),
    used: amountOf(balance.usageInPeriod),
    balance: amountOf(balance.balance),
    overage: amountOf(balance.overage),
    exhaustedAtMs: await exhaustedAt(client, question, segments),
    paid: paidBy(segments, grants),
  };
};

const amountOf = (text: string): Hundredths => {
  const amount = fromDecimal(text);
  if (amount === undefined) throw new Fault('STORY_UNREADABLE', `${text} is not an amount of this story`);
  return amount;
};

const balanceAt = async (client: DrawdownClient, { customer, position }: Question, atMs: number): Promise<Balance> => {
  const request = { customer, featureKey: NAMES.feature, entitlementId: '', at: toTimestamp(atMs), minPosition: position };
  const { balance } = await client.call(BalancesServiceService.getBalance, request);
  if (balance === undefined) throw new Fault('STORY_UNREADABLE', `${customer} has no balance`);
  return balance;
};

const grantsOf = async (client: DrawdownClient, customer: string, minPosition: string): Promise<readonly Grant[]> => {
  const request = {
    customers: [customer],
    entitlementIds: [],
    featureKeys: [],
    includeDeleted: false,
    orderBy: '',
    pageSize: 0,
    pageToken: '',
    minPosition,
  };
  return collect(listAll(client, GrantsServiceService.listGrants, request, page => page.grants));
};

const paidBy = (segments: readonly Segment[], grants: readonly Grant[]): ReadonlyMap<string, Hundredths> => {
  const paid = new Map<string, Hundredths>();
  for (const { grantId, usage } of segments.flatMap(({ grantUsages }) => grantUsages)) {
    const name = grants.find(({ id }) => id === grantId)?.metadata[PLAN_LABEL] ?? grantId;
    const amount = amountOf(usage);
    if (amount > 0n) paid.set(name, (paid.get(name) ?? 0n) + amount);
  }
  return paid;
};

const totalOf = (balances: readonly GrantBalance[]): Hundredths => sum(balances.map(({ balance }) => amountOf(balance)));

const leftAtEnd = ({ balancesAtStart, grantUsages }: Segment): Hundredths =>
  totalOf(balancesAtStart) - sum(grantUsages.map(({ usage }) => amountOf(usage)));

/**
 * The first minute at which nothing was left. The history names the segments that ended with nothing; inside a segment a balance only falls, so the
 * minute is found by halving.
 */
const exhaustedAt = async (client: DrawdownClient, question: Question, segments: readonly Segment[]): Promise<number | undefined> => {
  const isEmptyAt = async (atMs: number): Promise<boolean> => amountOf((await balanceAt(client, question, atMs)).balance) === 0n;
  for (const [index, segment] of segments.entries()) {
    if (leftAtEnd(segment) > 0n || segment.startTime === undefined || segment.endTime === undefined) continue;
    let firstMs = fromTimestamp(segment.startTime);
    // At its end the next segment has begun already, perhaps with a refilled grant.
    let lastMs = fromTimestamp(segment.endTime) - (index === segments.length - 1 ? 0 : MINUTE_MS);
    if (lastMs < firstMs || !(await isEmptyAt(lastMs))) continue;
    while (firstMs < lastMs) {
      const middleMs = firstMs + Math.floor((lastMs - firstMs) / MINUTE_MS / 2) * MINUTE_MS;
      if (await isEmptyAt(middleMs)) lastMs = middleMs;
      else firstMs = middleMs + MINUTE_MS;
    }
    return lastMs;
  }
  return undefined;
};
