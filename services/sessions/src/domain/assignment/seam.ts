import { compareHits, type Ordered } from '../hit/order.js';
import type { PropertySettings } from '../property/settings.js';
import type { Seen, SessionEdges, SplitCause } from '../session/closed-session.js';
import { nextBoundaryOf, type NextBoundary } from '../split/calendar.js';
import { timeoutMsOf } from '../split/timeout.js';
import type { SessionPart } from './part.js';

type SeamSettings = Pick<PropertySettings, 'timeoutMs' | 'platformTimeoutsMs' | 'split' | 'calendarBoundary'>;

/** Why two parts are not one session: an end that nothing crosses, or a split that would fire between their hits. */
export type Obstacle = 'hard_end' | Exclude<SplitCause, 'inactivity'>;

/** Judges whether two parts are one session (sessions §15.2), by the settings in force. */
export interface Seams {
  /** Milliseconds between the parts, 0 where their times overlap; null where inactivity (D13) parts them. */
  readonly gapMs: (one: SessionPart, other: SessionPart) => number | null;
  /** What keeps them apart all the same, asked in the order of sessions §13.1; null when they are one session. */
  readonly obstacle: (one: SessionPart, other: SessionPart) => Obstacle | null;
}

/** @throws Refusal `VALIDATION` for a calendar that cannot be read. */
export const seamsOf = (settings: SeamSettings): Seams => {
  const nextBoundary = nextBoundaryOf(settings.calendarBoundary);
  return {
    gapMs: (one, other) => gapBetween(inOrder(one, other), settings),
    obstacle: (one, other) => {
      const pair = inOrder(one, other);
      return crossesHardEnd(pair) ? 'hard_end' : splitBetween(pair, settings, nextBoundary);
    },
  };
};

/** Two parts, `before` with the earlier first hit. */
interface Pair {
  readonly before: SessionPart;
  readonly after: SessionPart;
}

const inOrder = (one: SessionPart, other: SessionPart): Pair =>
  compareHits(one.edges.first, other.edges.first) <= 0 ? { before: one, after: other } : { before: other, after: one };

/** In a session no gap is longer than D, so a part that begins before another one ends is within D of some hit of it. */
const gapBetween = ({ before, after }: Pair, settings: SeamSettings): number | null => {
  const gapMs = after.edges.first.receivedAtMs - before.edges.last.receivedAtMs;
  if (gapMs <= 0) return 0;
  return gapMs <= timeoutMsOf(settings, before.edges.lastPlatform) ? gapMs : null;
};

/** The later beginning and the earlier end lie inside of what both would be, so neither may hold there. */
const crossesHardEnd = ({ before, after }: Pair): boolean => {
  const beforeEndsLast = compareHits(before.edges.last, after.edges.last) > 0;
  const [sooner, last] = beforeEndsLast ? [after.edges, before.edges.last] : [before.edges, after.edges.last];
  return isHeldBehind(after.edges, before.edges.first) || isHeldBefore(sooner, last);
};

/** Whether nothing as early as `first` may come into it. */
const isHeldBehind = ({ beginsHard, beginsAfter }: SessionEdges, first: Ordered): boolean =>
  beginsHard && (beginsAfter === undefined || compareHits(first, beginsAfter) <= 0);

/** Whether nothing as late as `last` may come into it. */
const isHeldBefore = ({ endsHard, endsBefore }: SessionEdges, last: Ordered): boolean =>
  endsHard && (endsBefore === undefined || compareHits(last, endsBefore) >= 0);

const splitBetween = ({ before, after }: Pair, { split }: SeamSettings, nextBoundary: NextBoundary | null): Obstacle | null => {
  const startedAtMs = before.edges.first.receivedAtMs;
  const endedAtMs = Math.max(before.edges.last.receivedAtMs, after.edges.last.receivedAtMs);
  if (nextBoundary !== null && endedAtMs >= nextBoundary(startedAtMs)) return 'calendar_boundary';
  if (split.maxSinceFirstEventMs !== null && endedAtMs - startedAtMs >= split.maxSinceFirstEventMs) {
    return 'max_time_since_first_event_reached';
  }
  if (split.maxEvents !== null && before.hits + after.hits > split.maxEvents) return 'max_events_reached';
  if (split.userIdChange && changes({ before, after }, 'firstUser', 'lastUser')) return 'user_id_changed';
  if (split.campaignChange && changes({ before, after }, 'firstCampaign', 'lastCampaign')) return 'utm_campaign_changed';
  return null;
};

/** Whether a value changes where one part follows the other; parts that overlap follow each other both ways. */
const changes = <F extends 'firstUser' | 'firstCampaign', L extends 'lastUser' | 'lastCampaign'>(
  { before, after }: Pair,
  first: F,
  last: L,
): boolean => {
  const overlap = compareHits(before.edges.last, after.edges.first) > 0;
  return differ(before.edges[last], after.edges[first]) || (overlap && differ(after.edges[last], before.edges[first]));
};

const differ = (one: Seen | undefined, other: Seen | undefined): boolean =>
  one !== undefined && other !== undefined && one.value !== other.value;
