import {
  campaignOf,
  compareHits,
  splitConditionsOf,
  splitHits,
  type ClosedProtoSession,
  type Hit,
  type SplitCondition,
  type SplitEvent,
} from '@drawdown/sessions/domain';
import type { Settings } from './settings.js';

/** A proto-session that closed, and in which step. */
export interface StepClose extends ClosedProtoSession {
  readonly step: number;
}

/** A closed session as a result shows it; absent fields are left out of the JSON. */
interface SessionResult {
  readonly propertyId: string;
  readonly authoritativeClientId: string;
  readonly clientId: string;
  readonly hits: readonly string[];
  readonly startedAt: number;
  readonly endedAt: number;
  readonly bucket: number | null;
  readonly step: number;
  readonly closeCause?: 'hard_cap';
  readonly splitCause?: string;
  readonly late?: true;
}

/** By code point, as texts of results are ordered; JavaScript compares halves of pairs. */
const compareTexts = (left: string, right: string): number => (left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right)));

/** In the order of closing; those of one bucket by start, property, client and first hit, which is no matter of the engine. */
export const sessionResults = (
  closes: readonly StepClose[],
  settings: Settings,
  clientIdOf: (sessionKey: string) => string,
): readonly SessionResult[] => {
  const conditions = splitConditionsOf({ split: settings.split, calendarBoundary: { kind: 'none' } });
  const view = splitView(settings);
  const results: SessionResult[] = [];
  let bucketStart = 0;
  closes.forEach((close, index) => {
    const before = closes[index - 1];
    if (close.bucket === null || before?.bucket !== close.bucket || before.step !== close.step) {
      sortFrom(results, bucketStart);
      bucketStart = results.length;
    }
    for (const result of splitSession(close, conditions, view, clientIdOf)) results.push(result);
    if (close.bucket === null) bucketStart = results.length;
  });
  sortFrom(results, bucketStart);
  return results;
};

const splitView =
  ({ timeoutMs, timeoutsMs }: Settings) =>
  (hit: Hit): SplitEvent => ({
    receivedAtMs: hit.receivedAtMs,
    timeoutMs: timeoutsMs.get(hit.propertyId) ?? timeoutMs,
    userId: hit.userId,
    campaign: campaignOf(hit),
  });

const splitSession = (
  close: StepClose,
  conditions: readonly SplitCondition[],
  view: (hit: Hit) => SplitEvent,
  clientIdOf: (sessionKey: string) => string,
): SessionResult[] =>
  splitHits(close.hits, conditions, view).flatMap(({ from, to, cause }) => {
    const [first, last] = [close.hits[from], close.hits[to - 1]];
    if (first === undefined || last === undefined) return [];
    return {
      propertyId: first.propertyId,
      authoritativeClientId: clientIdOf(close.sessionKey),
      clientId: first.clientId,
      hits: close.hits.slice(from, to).map(({ id }) => id),
      startedAt: first.receivedAtMs,
      endedAt: last.receivedAtMs,
      bucket: close.bucket,
      step: close.step,
      ...(close.cause === 'hard_cap' && { closeCause: close.cause }),
      ...(cause !== null && { splitCause: cause }),
      ...(close.isLate && { late: true as const }),
    };
  });

const sortFrom = (results: SessionResult[], start: number): void => {
  if (results.length - start < 2) return;
  const sorted = results
    .splice(start)
    .sort(
      (left, right) =>
        left.startedAt - right.startedAt ||
        compareTexts(left.propertyId, right.propertyId) ||
        compareTexts(left.clientId, right.clientId) ||
        compareTexts(left.hits[0] ?? '', right.hits[0] ?? ''),
    );
  for (const result of sorted) results.push(result);
};

/** An open proto-session as a result shows it. */
export interface OpenResult {
  readonly propertyId: string;
  readonly authoritativeClientId: string;
  readonly hits: readonly string[];
  readonly expiryBucket: number | null;
}

export const openResult = (hits: readonly Hit[], clientId: string, expiryBucket: number | null): OpenResult => {
  const sorted = [...hits].sort(compareHits);
  return { propertyId: sorted[0]?.propertyId ?? '', authoritativeClientId: clientId, hits: sorted.map(({ id }) => id), expiryBucket };
};

export const compareOpen = (left: OpenResult, right: OpenResult): number =>
  compareTexts(left.propertyId, right.propertyId) || compareTexts(left.authoritativeClientId, right.authoritativeClientId);
