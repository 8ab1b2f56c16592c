import { formatInstant, type InstantMs } from '@drawdown/calendar';
import { Refusal } from '@drawdown/errors';
import {
  OPEN_END,
  effectiveEnd,
  isActiveAt,
  newGrant,
  recurrenceBalance,
  rolloverBalance,
  sortByBurnOrder,
  type Grant,
  type GrantDraft,
} from '@drawdown/entitlements/domain';
import { formatQuantity, type Quantity } from '@drawdown/quantity';
import type { Fields } from './fields.js';

const readRecurrence = (fields: Fields): NonNullable<GrantDraft['recurrence']> => {
  const recurrence = { interval: fields.interval('interval'), anchor: fields.optional('anchor', name => fields.instant(name)) };
  fields.end();
  return recurrence;
};

/** What a grant defaults to where a step says when it is made. */
export interface GrantDefaults {
  readonly effectiveAt: InstantMs;
  readonly createdAt: InstantMs;
}

/** A grant of a scenario; without defaults it must say when it takes effect, and was created then. */
export const readGrantDraft = (fields: Fields, defaults?: GrantDefaults): GrantDraft => {
  const effectiveAt = fields.has('effectiveAt') || defaults === undefined ? fields.instant('effectiveAt') : defaults.effectiveAt;
  const draft: GrantDraft = {
    id: fields.text('id'),
    amount: fields.quantity('amount'),
    priority: fields.optional('priority', name => fields.integer(name)),
    effectiveAt,
    expiration: fields.optional('expiration', name => fields.expiration(name)),
    recurrence: fields.optional('recurrence', name => readRecurrence(fields.object(name))),
    voidedAt: fields.optional('voidedAt', name => fields.instant(name)),
    deletedAt: fields.optional('deletedAt', name => fields.instant(name)),
    resetMaxRollover: fields.optional('resetMaxRollover', name => fields.quantity(name)),
    resetMinRollover: fields.optional('resetMinRollover', name => fields.quantity(name)),
    createdAt: fields.optional('createdAt', name => fields.instant(name)) ?? defaults?.createdAt ?? effectiveAt,
  };
  fields.end();
  return draft;
};

export const readGrants = (fields: Fields, name: string): Grant[] => fields.objects(name).map(entry => newGrant(readGrantDraft(entry)));

/** `op: order`: ids in burn order (entitlements §5). */
export const simulateOrder = (fields: Fields): unknown => {
  const grants = readGrants(fields, 'grants');
  fields.end();
  return { order: sortByBurnOrder(grants).map(grant => grant.id) };
};

const instantOrNull = (instant: InstantMs | undefined): string | null =>
  instant === undefined || instant === OPEN_END ? null : formatInstant(instant);

const describe = (grant: Grant, instants: readonly InstantMs[], balance: Quantity | undefined): unknown => ({
  id: grant.id,
  from: formatInstant(grant.effectiveAt),
  to: instantOrNull(effectiveEnd(grant)),
  expiresAt: instantOrNull(grant.expiresAt),
  activeAt: instants.map(at => isActiveAt(grant, at)),
  ...(balance !== undefined && {
    rolloverBalance: formatQuantity(rolloverBalance(grant, balance)),
    recurrenceBalance: formatQuantity(recurrenceBalance(grant, balance)),
  }),
});

/** `op: grant`: active time, rollover and recurrence of single grants (entitlements §3.2, §4.3, §6.6). */
export const simulateGrants = (fields: Fields): unknown => {
  const grants = readGrants(fields, 'grants');
  const at = fields.instants('at');
  const balances = fields.optional('balances', name => fields.quantities(name)) ?? new Map<string, Quantity>();
  fields.end();
  const ids = new Set(grants.map(grant => grant.id));
  for (const id of balances.keys()) if (!ids.has(id)) throw new Refusal('VALIDATION', `there is no grant ${id}`);
  return { grants: grants.map(grant => describe(grant, at, balances.get(grant.id))) };
};
