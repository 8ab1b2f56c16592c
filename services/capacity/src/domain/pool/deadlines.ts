import type { Seconds } from '../amount/instant.js';
import type { NumberMap } from '../collection/number-map.js';

/**
 * The first instant that entries name; absent: there are none. None of them is before the one that was known: the first that names it too ends
 * the search, which keeps the removal of many entries with one instant cheap.
 */
export const firstInstant = <Value extends object>(
  map: NumberMap<Value>,
  instantOf: (value: Value) => Seconds,
  known: Seconds,
): Seconds | undefined => {
  let first: Seconds | undefined;
  for (const [, value] of map.unordered()) {
    const instant = instantOf(value);
    if (instant === known) return instant;
    if (first === undefined || instant < first) first = instant;
  }
  return first;
};
