import { splitConditionsOf, splitHits } from '../../../src/domain/index.js';
import { timeoutMsOf, type Scenario, type ScenarioClose } from './scenario.js';

/** A session as the vectors show it. */
export interface ScenarioSession {
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

/** Splits what closed and orders it as the vectors do: by step and bucket, then by start, property, client and first hit. */
export const sessionsOf = (scenario: Scenario, closes: readonly ScenarioClose[]): readonly ScenarioSession[] =>
  closes
    .flatMap((close, order) => split(scenario, close).map(session => ({ session, order })))
    .sort(
      ({ session: a, order: left }, { session: b, order: right }) =>
        a.step - b.step ||
        (a.bucket === null || b.bucket === null
          ? left - right
          : a.bucket - b.bucket ||
            a.startedAt - b.startedAt ||
            compareTexts(a.propertyId, b.propertyId) ||
            compareTexts(a.clientId, b.clientId) ||
            compareTexts(a.hits[0] ?? '', b.hits[0] ?? '')),
    )
    .map(({ session }) => session);

const compareTexts = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right));

const split = (scenario: Scenario, close: ScenarioClose): readonly ScenarioSession[] => {
  const given = scenario.settings.split ?? {};
  const conditions = splitConditionsOf({
    split: {
      inactivity: given.inactivity ?? true,
      maxSinceFirstEventMs: given.maxSinceFirstEventMs ?? null,
      maxEvents: given.maxEvents ?? null,
      userIdChange: given.userIdChange ?? false,
      campaignChange: given.campaignChange ?? false,
    },
    calendarBoundary: { kind: 'none' },
  });
  const stretches = splitHits(close.hits, conditions, hit => ({
    receivedAtMs: hit.receivedAt,
    timeoutMs: timeoutMsOf(scenario, hit.propertyId ?? 'p'),
    userId: hit.userId ?? undefined,
    campaign: hit.campaign ?? null,
  }));
  return stretches.flatMap(({ from, to, cause }) => {
    const [first, last] = [close.hits[from], close.hits[to - 1]];
    if (first === undefined || last === undefined) return [];
    return {
      propertyId: first.propertyId ?? 'p',
      authoritativeClientId: close.authoritativeClientId,
      clientId: first.clientId,
      hits: close.hits.slice(from, to).map(({ id }) => id),
      startedAt: first.receivedAt,
      endedAt: last.receivedAt,
      bucket: close.bucket,
      step: close.step,
      ...(close.isCapped ? { closeCause: 'hard_cap' as const } : {}),
      ...(cause === null ? {} : { splitCause: cause }),
      ...(close.isLate ? { late: true as const } : {}),
    };
  });
};
