import { Refusal } from '@drawdown/errors';
import { jsonpath } from 'json-p3';

/** The steps from `data` to one value: member names and array indices. */
export type ValuePath = readonly (string | number)[];

const invalid = (text: string, why: string): Refusal =>
  new Refusal('VALIDATION', `${text} is not a path to one value: ${why}`, { path: text }, [{ field: 'value_path', description: why }]);

/**
 * Reads a JSONPath (RFC 9535) that names exactly one value: names and indices only. A path that may find several values has no
 * defined amount and is refused. Entitlements §13.3.
 */
export const parseValuePath = (text: string): ValuePath => {
  const query = compile(text);
  if (!query.singularQuery()) throw invalid(text, 'it may find several values');
  return query.segments.flatMap(segment => segment.selectors.map(selector => stepOf(text, selector)));
};

const compile = (text: string): jsonpath.JSONPathQuery => {
  try {
    return jsonpath.compile(text);
  } catch (error) {
    throw invalid(text, error instanceof Error ? error.message : String(error));
  }
};

const stepOf = (text: string, selector: unknown): string | number => {
  if (selector instanceof jsonpath.selectors.NameSelector) return selector.name;
  if (selector instanceof jsonpath.selectors.IndexSelector) return selector.index;
  throw invalid(text, 'only names and indices are allowed');
};

/** Follows the path; `undefined` where a step does not exist. Inherited members are not part of the data. */
export const valueAt = (path: ValuePath, data: unknown): unknown => {
  let value = data;
  for (const step of path) {
    if (Array.isArray(value)) {
      if (typeof step !== 'number') return undefined;
      value = value.at(step) as unknown;
    } else if (typeof value === 'object' && value !== null && typeof step === 'string' && Object.hasOwn(value, step)) {
      value = (value as Record<string, unknown>)[step];
    } else {
      return undefined;
    }
  }
  return value;
};
