import { parseQuantity, QUANTITY_SCALE, type Quantity } from '@drawdown/quantity';

/** Values of cases tagged Q12 come from doubles: they agree within 10^-9 (FORMAT §5.1). */
const TOLERANCE: Quantity = QUANTITY_SCALE / 1_000_000_000n;

const QUANTITY_FIELDS = new Set([
  'amount',
  'balance',
  'balanceAtStart',
  'overage',
  'overageAtStart',
  'usage',
  'totalUsage',
  'totalGrantUsage',
  'availableTotal',
  'totalAvailable',
  'usageInPeriod',
  'grantUsage',
  'rolloverBalance',
  'recurrenceBalance',
]);

const BALANCE_MAPS = new Set(['balances', 'grantBalances', 'balanceAtStart']);

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where and how an actual result differs from the expected one, by the rules of FORMAT §5; empty when they agree. */
export const differences = (expected: unknown, actual: unknown, options: { readonly approximate: boolean }): string[] => {
  const found: string[] = [];
  const tolerance = options.approximate ? TOLERANCE : 0n;

  const compareQuantities = (wanted: unknown, given: unknown, path: string): void => {
    if (typeof wanted !== 'string' || typeof given !== 'string') {
      found.push(`${path}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(given)}`);
      return;
    }
    const difference = parseQuantity(wanted) - parseQuantity(given);
    if (difference > tolerance || difference < -tolerance) found.push(`${path}: expected ${wanted}, got ${given}`);
  };

  const compareBalances = (wanted: Json, given: Json, path: string): void => {
    for (const id of new Set([...Object.keys(wanted), ...Object.keys(given)])) {
      compareQuantities(wanted[id] ?? '0', given[id] ?? '0', `${path}.${id}`);
    }
  };

  const compareLists = (wanted: readonly unknown[], given: unknown, path: string): void => {
    if (!Array.isArray(given)) {
      found.push(`${path}: expected a list, got ${JSON.stringify(given)}`);
      return;
    }
    const list = given as readonly unknown[];
    if (list.length !== wanted.length) found.push(`${path}: expected ${wanted.length} entries, got ${list.length}`);
    wanted.forEach((entry, index) => compare(entry, list[index], `${path}[${index}]`));
  };

  const compareObjects = (wanted: Json, given: unknown, path: string): void => {
    if (!isObject(given)) {
      found.push(`${path}: expected an object, got ${JSON.stringify(given)}`);
      return;
    }
    if (isObject(wanted['error'])) {
      const code = isObject(given['error']) ? given['error']['code'] : undefined;
      if (code !== wanted['error']['code'])
        found.push(`${path}.error: expected ${String(wanted['error']['code'])}, got ${JSON.stringify(given)}`);
      return;
    }
    if (path.endsWith('.terminationReasons')) {
      if (JSON.stringify(Object.entries(wanted).sort()) !== JSON.stringify(Object.entries(given).sort())) {
        found.push(`${path}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(given)}`);
      }
      return;
    }
    for (const [name, value] of Object.entries(wanted)) compareField(name, value, given[name], `${path}.${name}`);
  };

  const compareField = (name: string, wanted: unknown, given: unknown, path: string): void => {
    if (BALANCE_MAPS.has(name) && isObject(wanted) && isObject(given)) compareBalances(wanted, given, path);
    else if (QUANTITY_FIELDS.has(name) && typeof wanted === 'string') compareQuantities(wanted, given, path);
    else compare(wanted, given, path);
  };

  const compare = (wanted: unknown, given: unknown, path: string): void => {
    if (Array.isArray(wanted)) compareLists(wanted, given, path);
    else if (isObject(wanted)) compareObjects(wanted, given, path);
    else if (wanted !== given) found.push(`${path}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(given)}`);
  };

  compare(expected, actual, '$');
  return found;
};
