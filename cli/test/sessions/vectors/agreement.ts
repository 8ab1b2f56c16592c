type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Fields of a closed session that say something by their absence. */
const TELLING_BY_ABSENCE = ['closeCause', 'splitCause', 'late'] as const;

/** Names that count: those expected, all of a map of stamps, and what a session says by not having it. */
const namesOf = (expected: Json, actual: Json, path: string): ReadonlySet<string> => {
  const names = new Set(Object.keys(expected));
  if (path === '$.stamps') for (const name of Object.keys(actual)) names.add(name);
  if (/^\$\.sessions\[\d+\]$/.test(path)) for (const name of TELLING_BY_ABSENCE) names.add(name);
  return names;
};

/** Where a result differs from the expected one; empty when they agree. Fields of the result that nobody expects do not count. */
export const differences = (expected: unknown, actual: unknown, path = '$'): string[] => {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${path}: expected a list, got ${JSON.stringify(actual)}`];
    const given = actual as readonly unknown[];
    const lengths = given.length === expected.length ? [] : [`${path}: expected ${expected.length} entries, got ${given.length}`];
    return [...lengths, ...expected.flatMap((entry, index) => differences(entry, given[index], `${path}[${index}]`))];
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return [`${path}: expected an object, got ${JSON.stringify(actual)}`];
    return [...namesOf(expected, actual, path)].flatMap(name => differences(expected[name], actual[name], `${path}.${name}`));
  }
  return expected === actual ? [] : [`${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`];
};
