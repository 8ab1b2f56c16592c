export {
  EXPIRATION_COUNT_API_MAX,
  EXPIRATION_COUNT_MAX,
  EXPIRATION_DURATIONS,
  expiresAfter,
  parseExpiration,
  type Expiration,
  type ExpirationDuration,
} from './expiration.js';
export { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, WEEK_MS, formatInstant, parseInstant, type InstantMs, type Period } from './instant.js';
export { INTERVAL_LENGTH_MS_MAX, fixedPartMs, formatInterval, meanLengthMs, parseInterval, type Interval } from './interval.js';
export { ceilToMinute, floorToMinute, floorToSecond, isOnMinuteGrid } from './minute-grid.js';
export {
  nextOccurrence,
  occurrence,
  occurrenceNumberAt,
  occurrenceNumberFrom,
  occurrencesBetween,
  periodAt,
  previousOccurrence,
  type Boundary,
  type Recurrence,
} from './recurrence.js';
export { nextWindowStart, parseTimeZone, windowStart, type WindowSize } from './windows.js';
