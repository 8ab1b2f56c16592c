import type { CalendarBoundary, SplitSettings } from '../property/settings.js';
import type { SplitCause } from '../session/closed-session.js';
import { nextBoundaryOf, type NextBoundary } from './calendar.js';

/** What the conditions look at in a hit. */
export interface SplitEvent {
  readonly receivedAtMs: number;
  /** D in force after this event (D13): that of its platform, or the property's. */
  readonly timeoutMs: number;
  /** Absent or empty is ignored. */
  readonly userId?: string | undefined;
  /** Absent or null is ignored; an empty text is a value like any other. */
  readonly campaign?: string | null | undefined;
}

/** Follows one running session: answers whether an event begins the next one, else remembers it. */
type Watch = (event: SplitEvent) => boolean;

/** A condition of sessions §13.1: `watch` begins with the first event of a running session. */
export interface SplitCondition {
  readonly cause: SplitCause;
  readonly watch: (first: SplitEvent) => Watch;
}

const inactivity: SplitCondition = {
  cause: 'inactivity',
  watch: first => {
    let previous = first;
    return event => {
      if (event.receivedAtMs - previous.receivedAtMs > previous.timeoutMs) return true;
      previous = event;
      return false;
    };
  },
};

const calendarBoundary = (nextBoundary: NextBoundary): SplitCondition => ({
  cause: 'calendar_boundary',
  watch: first => {
    const boundaryMs = nextBoundary(first.receivedAtMs);
    return event => event.receivedAtMs >= boundaryMs;
  },
});

const maxSinceFirstEvent = (limitMs: number): SplitCondition => ({
  cause: 'max_time_since_first_event_reached',
  watch: first => event => event.receivedAtMs - first.receivedAtMs >= limitMs,
});

const maxEvents = (limit: number): SplitCondition => ({
  cause: 'max_events_reached',
  watch: () => {
    let events = 1;
    return () => {
      if (events >= limit) return true;
      events += 1;
      return false;
    };
  },
});

/** Fires when a value differs from the last one seen; the first value ever seen, and none at all, never do. */
const change = (cause: SplitCause, valueOf: (event: SplitEvent) => string | null): SplitCondition => ({
  cause,
  watch: first => {
    let last = valueOf(first);
    return event => {
      const value = valueOf(event);
      if (value === null) return false;
      if (last !== null && value !== last) return true;
      last = value;
      return false;
    };
  },
});

const userIdOf = ({ userId }: SplitEvent): string | null => (userId === undefined || userId === '' ? null : userId);

const userIdChange = change('user_id_changed', userIdOf);
const campaignChange = change('utm_campaign_changed', event => event.campaign ?? null);

/** The settings that split sessions. */
export interface SplitRules {
  readonly split: SplitSettings;
  readonly calendarBoundary: CalendarBoundary;
}

/**
 * The conditions that are on, in the order in which they are asked (sessions §13.1); the calendar comes right after inactivity.
 * @throws Refusal `VALIDATION` for a calendar that cannot be read.
 */
export const splitConditionsOf = ({ split, calendarBoundary: calendar }: SplitRules): readonly SplitCondition[] => {
  const nextBoundary = nextBoundaryOf(calendar);
  const conditions: SplitCondition[] = [];
  if (split.inactivity) conditions.push(inactivity);
  if (nextBoundary !== null) conditions.push(calendarBoundary(nextBoundary));
  if (split.maxSinceFirstEventMs !== null) conditions.push(maxSinceFirstEvent(split.maxSinceFirstEventMs));
  if (split.maxEvents !== null) conditions.push(maxEvents(split.maxEvents));
  if (split.userIdChange) conditions.push(userIdChange);
  if (split.campaignChange) conditions.push(campaignChange);
  return conditions;
};
