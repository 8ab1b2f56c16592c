import type { Hit } from '../hit/hit.js';
import { wholeSecondsBetween } from '../session/duration.js';
import { isPageView, locationOf } from './page.js';

/** What follows for each hit from its place in the session (sessions §13.3). */
export interface HitValues {
  /** From 0. */
  readonly hitNumber: number;
  /** From 0; one more whenever the location is another than that of the hit before. */
  readonly pageNumber: number;
  /** How long the page was looked at that the hit happened on. */
  readonly timeOnPageSeconds: number;
  readonly isEntry: boolean;
  readonly isExit: boolean;
  /** The only page view of its session. */
  readonly isBounce: boolean;
  /** The different page looked at last before the present one, and first after it. */
  readonly previousPage: string | null;
  readonly nextPage: string | null;
}

/** Hits from one page view up to the next; the first run may have none. */
interface Run {
  readonly from: number;
  readonly to: number;
  /** Null in a run without a page view. */
  readonly location: string | null;
  readonly seconds: number;
}

/** @param hits of one session, sorted (D14) */
export const hitValuesOf = (hits: readonly Hit[]): readonly HitValues[] => {
  const runs = runsOf(hits);
  const locations = runs.map(({ location }) => location);
  const previousPages = differentBefore(locations);
  const nextPages = differentBefore(locations.toReversed()).toReversed();
  const pageNumbers = pageNumbersOf(hits);
  const entry = hits.findIndex(isPageView);
  const exit = hits.findLastIndex(isPageView);
  return runs.flatMap((run, place) =>
    hits.slice(run.from, run.to).map((_, offset): HitValues => {
      const hitNumber = run.from + offset;
      return {
        hitNumber,
        pageNumber: pageNumbers[hitNumber] ?? 0,
        timeOnPageSeconds: run.seconds,
        isEntry: hitNumber === entry,
        isExit: hitNumber === exit,
        isBounce: hitNumber === entry && entry === exit,
        previousPage: previousPages[place] ?? null,
        nextPage: nextPages[place] ?? null,
      };
    }),
  );
};

const runsOf = (hits: readonly Hit[]): readonly Run[] => {
  const starts = hits.flatMap((hit, index) => (index === 0 || isPageView(hit) ? [{ hit, from: index }] : []));
  return starts.map(({ hit, from }, place) => {
    const next = starts[place + 1];
    const end = next?.hit ?? hits.at(-1) ?? hit;
    return {
      from,
      to: next?.from ?? hits.length,
      location: isPageView(hit) ? locationOf(hit) : null,
      seconds: wholeSecondsBetween(hit.receivedAtMs, end.receivedAtMs),
    };
  });
};

/** A hit that names no location stays on the page of the one before. */
const pageNumbersOf = (hits: readonly Hit[]): readonly number[] => {
  let number = 0;
  let present: string | null = null;
  return hits.map(hit => {
    const location = locationOf(hit);
    if (present !== null && location !== null && location !== present) number += 1;
    present = location ?? present;
    return number;
  });
};

/** For each location, the last one before it that is another. */
const differentBefore = (locations: readonly (string | null)[]): readonly (string | null)[] => {
  let present: string | null = null;
  let different: string | null = null;
  return locations.map(location => {
    if (location !== present) {
      different = present ?? different;
      present = location;
    }
    return different;
  });
};
