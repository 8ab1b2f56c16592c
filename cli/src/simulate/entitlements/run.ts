import { SECOND_MS, type InstantMs } from '@drawdown/calendar';
import { Refusal } from '@drawdown/errors';
import { RunningSums, initialSnapshot, runWithHistory, type Grant, type Snapshot, type UsageSums } from '@drawdown/entitlements/domain';
import { ZERO, parseEventQuantity } from '@drawdown/quantity';
import { WANTS, formatRun, type Want } from './answer.js';
import { readUsage, type Fields } from './fields.js';
import { readGrants } from './grants.js';

export const readWants = (fields: Fields): readonly Want[] => {
  if (!fields.has('want')) return ['segments'];
  return fields.list('want').map(value => {
    const want = WANTS.find(candidate => candidate === value);
    if (want === undefined) throw new Refusal('VALIDATION', `want is a list of ${WANTS.join(', ')}`);
    return want;
  });
};

/** Usage as given, in sums per second: the resolution in which event times are kept. */
export const sumUsage = (events: readonly (readonly [at: InstantMs, value: string])[]): UsageSums => {
  const sums = new RunningSums(SECOND_MS);
  const amounts = events.map(([at, value]) => [at, parseEventQuantity(value)] as const);
  for (const [, amount] of amounts) if (amount < ZERO) throw new Refusal('VALIDATION', 'usage cannot be negative');
  for (const [at, amount] of [...amounts].sort(([left], [right]) => left - right)) sums.add(at, amount);
  return sums;
};

const readStart = (fields: Fields, grants: readonly Grant[]): Snapshot => {
  const at = fields.instant('at');
  const initial = initialSnapshot(grants, at);
  const start = {
    at,
    balances: fields.optional('balances', name => fields.quantities(name)) ?? initial.balances,
    overage: fields.optional('overage', name => fields.quantity(name)) ?? ZERO,
    usage: fields.optional('usage', name => fields.quantity(name)) ?? ZERO,
    usageSince: fields.optional('usageSince', name => fields.instant(name)) ?? at,
    totalGrantUsage: fields.optional('totalGrantUsage', name => fields.quantity(name)) ?? ZERO,
  };
  const incomplete = fields.flag('incomplete', false);
  fields.end();
  if (incomplete) throw new Refusal('VALIDATION', 'a snapshot without usage information cannot be started from');
  return start;
};

/** `op: run`: the engine (entitlements §6, §7). */
export const simulateRun = (fields: Fields): unknown => {
  const grants = readGrants(fields, 'grants');
  const start = readStart(fields.object('start'), grants);
  const until = fields.instant('until');
  const usage = sumUsage(readUsage(fields.list('usage'), fields.pathOf('usage')));
  const resetInstants = fields.optional('resets', name => fields.instants(name)) ?? [];
  const preserveOverage = fields.flag('preserveOverage', false);
  const aggregation = fields.optional('aggregation', name => fields.choice(name, ['SUM', 'LATEST'])) ?? 'SUM';
  const wants = readWants(fields);
  fields.end();
  if (aggregation === 'LATEST') throw new Refusal('VALIDATION', 'levels (LATEST) are not built yet');
  const resets = resetInstants.map(at => ({ at, preserveOverage }));
  const { end, history } = runWithHistory({ grants, start, until, resets, usage });
  return formatRun(end, history, wants);
};
