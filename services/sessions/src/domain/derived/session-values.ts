import type { Hit } from '../hit/hit.js';
import type { SplitCause } from '../session/closed-session.js';
import { wholeSecond } from '../session/duration.js';
import { isPageView, locationOf, pageOf, referrerOf, type Page } from './page.js';
import { clickIdsOf, presentParameters, sourceOf, type Source } from './source.js';

/** What follows from the hits of one session (sessions §13.3). Times and durations are whole seconds. */
export interface SessionValues extends Source {
  readonly sessionId: string;
  readonly firstEventAtSeconds: number;
  readonly lastEventAtSeconds: number;
  readonly durationSeconds: number;
  readonly totalEvents: number;
  /** Of the first hit. */
  readonly clientId: string;
  readonly referrer: string | null;
  readonly splitCause: SplitCause | null;
  readonly pageViews: number;
  readonly uniquePageViews: number;
  /** Exactly one page view. */
  readonly isBounced: boolean;
  readonly entryPage: Page | null;
  readonly secondPage: Page | null;
  readonly exitPage: Page | null;
  /** `utm_…` values of the first page view, by name. */
  readonly campaign: Readonly<Record<string, string>>;
  /** Click ids of the first page view, by name. */
  readonly clickIds: Readonly<Record<string, string>>;
  /** The hit whose address and headers say on what device and where the session was. */
  readonly deviceHit: Hit;
}

const CAMPAIGN_PARAMETERS = [
  'utm_campaign',
  'utm_source',
  'utm_medium',
  'utm_term',
  'utm_content',
  'utm_id',
  'utm_source_platform',
  'utm_creative_format',
  'utm_marketing_tactic',
] as const;

/**
 * @param hits of one session, sorted (D14)
 * @throws RangeError without hits, or where the last is before the first
 */
export const sessionValuesOf = (hits: readonly Hit[], splitCause: SplitCause | null): SessionValues => {
  const [first, last] = [hits[0], hits.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError('a session has at least one hit');
  const firstEventAtSeconds = wholeSecond(first.receivedAtMs);
  const lastEventAtSeconds = wholeSecond(last.receivedAtMs);
  if (lastEventAtSeconds < firstEventAtSeconds) throw new RangeError('the hits of a session are not in order');
  const views = hits.filter(isPageView);
  const [entry, second, exit] = [views[0], views[1], views.at(-1)];
  return {
    sessionId: first.id,
    firstEventAtSeconds,
    lastEventAtSeconds,
    durationSeconds: lastEventAtSeconds - firstEventAtSeconds,
    totalEvents: hits.length,
    clientId: first.clientId,
    referrer: referrerOf(first),
    splitCause,
    pageViews: views.length,
    uniquePageViews: new Set(views.map(locationOf)).size,
    isBounced: views.length === 1,
    entryPage: pageAt(entry),
    secondPage: pageAt(second),
    exitPage: pageAt(exit),
    campaign: entry === undefined ? {} : presentParameters(entry, CAMPAIGN_PARAMETERS),
    clickIds: entry === undefined ? {} : clickIdsOf(entry),
    ...sourceOf(first),
    deviceHit: deviceHitOf(hits, first),
  };
};

const pageAt = (view: Hit | undefined): Page | null => (view === undefined ? null : pageOf(view));

/** First hit of the client with most hits; of equals, of the one that came first. */
const deviceHitOf = (hits: readonly Hit[], first: Hit): Hit => {
  const counts = new Map<string, { readonly first: Hit; hits: number }>();
  for (const hit of hits) {
    const count = counts.get(hit.clientId) ?? { first: hit, hits: 0 };
    count.hits += 1;
    counts.set(hit.clientId, count);
  }
  let most = { first, hits: 0 };
  for (const count of counts.values()) if (count.hits > most.hits) most = count;
  return most.first;
};
