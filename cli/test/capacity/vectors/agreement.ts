/** Where and how an actual result differs from the expected one, which it may exceed in members (FORMAT §1); empty when they agree. */
export const differences = (expected: unknown, actual: unknown, path = '$'): string[] => {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length)
      return [`${path}: expected ${expected.length} entries, got ${JSON.stringify(actual)}`];
    return expected.flatMap((entry, index) => differences(entry, actual[index], `${path}[${index}]`));
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null) return [`${path}: expected an object, got ${JSON.stringify(actual)}`];
    const given = actual as Record<string, unknown>;
    const wanted = expected as Record<string, unknown>;
    const names = AMOUNT_MAPS.test(path) ? new Set([...Object.keys(wanted), ...Object.keys(given)]) : Object.keys(wanted);
    return [...names].flatMap(name => differences(wanted[name], given[name], `${path}.${name}`));
  }
  return expected === actual ? [] : [`${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`];
};

/** Objects in which something that is absent is 0: there a further member is a difference. */
const AMOUNT_MAPS = /\.(left|rates|unfunded)$/;
