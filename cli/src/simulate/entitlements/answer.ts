import { formatInstant } from '@drawdown/calendar';
import { isRefusal, Refusal } from '@drawdown/errors';
import {
  availableTotal,
  chunkByResets,
  finalOverage,
  snapshotsAtStart,
  totalBalance,
  totalGrantUsage,
  totalUsage,
  type GrantBalances,
  type History,
  type Segment,
  type Snapshot,
} from '@drawdown/entitlements/domain';
import { formatQuantity } from '@drawdown/quantity';

/** Codes of the format; every refusal that is not about something missing is a validation error there. */
const CODES_SHOWN = new Set(['NOT_FOUND', 'MODE_UNSUPPORTED']);

const formatError = (error: Refusal): unknown => ({
  error: {
    code: CODES_SHOWN.has(error.reason) ? error.reason : 'VALIDATION',
    reason: error.metadata['rule'] ?? error.reason,
    message: error.message,
  },
});

/** The answer, or the refusal in its place; a fault of ours is not hidden. */
export const orError = (answer: () => unknown): unknown => {
  try {
    return answer();
  } catch (error) {
    if (isRefusal(error)) return formatError(error);
    throw error;
  }
};

export const formatBalances = (balances: GrantBalances): Record<string, string> =>
  Object.fromEntries([...balances].map(([id, balance]) => [id, formatQuantity(balance)]));

const formatSnapshot = (snapshot: Snapshot): unknown => ({
  at: formatInstant(snapshot.at),
  balances: formatBalances(snapshot.balances),
  balance: formatQuantity(totalBalance(snapshot.balances)),
  overage: formatQuantity(snapshot.overage),
  usage: formatQuantity(snapshot.usage),
  usageSince: formatInstant(snapshot.usageSince),
  totalGrantUsage: formatQuantity(snapshot.totalGrantUsage),
  availableTotal: formatQuantity(availableTotal(snapshot)),
});

const formatSegment = (segment: Segment): unknown => {
  const { priorityChange, recurrence, usageReset, rollover } = segment.terminationReasons;
  return {
    from: formatInstant(segment.from),
    to: formatInstant(segment.to),
    balanceAtStart: formatBalances(segment.balanceAtStart),
    overageAtStart: formatQuantity(segment.overageAtStart),
    totalUsage: formatQuantity(segment.totalUsage),
    grantUsages: segment.grantUsages.map(({ grantId, usage, reason }) => ({ grantId, usage: formatQuantity(usage), reason })),
    overage: formatQuantity(segment.overage),
    terminationReasons: {
      ...(priorityChange && { priorityChange }),
      ...(recurrence.length > 0 && { recurrence }),
      ...(usageReset && { usageReset }),
      ...(rollover && { rollover }),
    },
  };
};

/** What a run may be asked to show besides its end. */
export const WANTS = ['segments', 'chunks', 'snapshotsAtStart'] as const;

export type Want = (typeof WANTS)[number];

/** The result of a run or of a history. */
export const formatRun = (end: Snapshot, history: History, wants: readonly Want[]): unknown => ({
  snapshot: formatSnapshot(end),
  totals: {
    usage: formatQuantity(totalUsage(history)),
    grantUsage: formatQuantity(totalGrantUsage(history)),
    overage: formatQuantity(finalOverage(history)),
  },
  ...(wants.includes('segments') && { segments: history.segments.map(formatSegment) }),
  ...(wants.includes('chunks') && { chunks: chunkByResets(history).map(chunk => chunk.length) }),
  ...(wants.includes('snapshotsAtStart') && { snapshotsAtStart: [...snapshotsAtStart(history)].map(formatSnapshot) }),
});
