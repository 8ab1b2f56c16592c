import { isRefusal, Refusal } from '@drawdown/errors';
import type { Hit } from '../hit/hit.js';
import type { FilterSettings } from '../property/settings.js';
import type { Modifier } from '../split/piece.js';
import { columnsOf, type Columns } from './columns.js';
import { compileCondition, type Condition } from './language.js';

/** A filter ready for use. */
export interface HitFilter {
  readonly name: string;
  readonly action: FilterSettings['action'];
  readonly mode: FilterSettings['mode'];
  readonly condition: Condition;
}

/**
 * Compiles the filters of a property, once per list of settings.
 * @throws Refusal `FILTER_INVALID` naming the filter.
 */
export const filtersOf = (settings: readonly FilterSettings[]): readonly HitFilter[] => {
  const known = compiled.get(settings);
  if (known !== undefined) return known;
  const filters = settings.map((filter, index) => ({ ...filter, condition: conditionOf(filter, index) }));
  compiled.set(settings, filters);
  return filters;
};

/** Settings are not changed but replaced, so what was made of a list holds for as long as the list is there. */
const compiled = new WeakMap<readonly FilterSettings[], readonly HitFilter[]>();

const conditionOf = ({ name, expression }: FilterSettings, index: number): Condition => {
  try {
    return compileCondition(expression);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const field = `filters[${String(index)}].expression`;
    const violations = [{ field, description: error.message }];
    throw new Refusal(error.reason, `filter ${name}: ${error.message}`, { filter: name, field }, violations, { cause: error });
  }
};

/** What the filters make of one hit. */
export interface Verdict {
  readonly isKept: boolean;
  /** Names of the filters in test mode that match. */
  readonly noted: readonly string[];
}

/**
 * A matching `exclude` removes the hit; so does a live `allow` when none matches. A condition that fails at run time is passed over as if it were
 * not there: an `allow` that cannot be told keeps nothing out.
 */
export const verdictOn = (hit: Hit, filters: readonly HitFilter[]): Verdict => {
  const columns = columnsOf(hit);
  const noted: string[] = [];
  let isExcluded = false;
  let isAllowed: boolean | null = null;
  for (const { name, action, mode, condition } of filters) {
    const matches = outcomeOf(condition, columns);
    if (matches === null) continue;
    if (mode === 'test') {
      if (matches) noted.push(name);
    } else if (action === 'exclude') {
      isExcluded ||= matches;
    } else {
      isAllowed = (isAllowed ?? false) || matches;
    }
  }
  return { isKept: !isExcluded && isAllowed !== false, noted };
};

/** Null when it fails (sessions §13.2). */
const outcomeOf = (condition: Condition, columns: Columns): boolean | null => {
  try {
    return condition(columns);
  } catch {
    return null;
  }
};

/** Removes hits from pieces; a piece that loses all of them disappears. `noted` writes the names of matching test filters on a hit. */
export const filtering =
  <T>(filters: readonly HitFilter[], hitOf: (element: T) => Hit, noted: (element: T, names: readonly string[]) => T): Modifier<T> =>
  piece => {
    if (filters.length === 0) return [piece];
    const hits = piece.hits.flatMap(element => {
      const verdict = verdictOn(hitOf(element), filters);
      if (!verdict.isKept) return [];
      return [verdict.noted.length === 0 ? element : noted(element, verdict.noted)];
    });
    return hits.length === 0 ? [] : [{ ...piece, hits }];
  };

/** Note of a hit that names the filters in test mode that match it, as a JSON list. */
const FILTERS_NOTE = 'test_filters';

/** The hit with that note. */
export const withFiltersNoted = (hit: Hit, names: readonly string[]): Hit => ({
  ...hit,
  metadata: { ...hit.metadata, [FILTERS_NOTE]: JSON.stringify(names) },
});

/** Names of the filters in test mode that matched the hit. */
export const filtersNotedOn = ({ metadata }: Pick<Hit, 'metadata'>): readonly string[] => {
  const note = metadata[FILTERS_NOTE];
  return note === undefined ? [] : namesIn(note);
};

/** A producer may send a note of the same name: what is no list of names was not written here. */
const namesIn = (note: string): readonly string[] => {
  try {
    const names: unknown = JSON.parse(note);
    return Array.isArray(names) ? names.filter(name => typeof name === 'string') : [];
  } catch {
    return [];
  }
};
