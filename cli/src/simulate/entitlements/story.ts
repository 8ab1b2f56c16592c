import { formatInstant, parseTimeZone } from '@drawdown/calendar';
import { Refusal } from '@drawdown/errors';
import {
  DEFAULT_GRANT_ID,
  balanceAt,
  balanceHistory,
  balanceWindows,
  checkUsagePeriodInterval,
  defaultGrant,
  newMeteredEntitlement,
  usagePeriodAt,
  usagePeriodsOf,
  validateGrant,
  validateReset,
  validateVoid,
  type BalanceReading,
  type MeteredEntitlement,
} from '@drawdown/entitlements/domain';
import { formatQuantity } from '@drawdown/quantity';
import { formatBalances, formatRun, orError } from './answer.js';
import { formatPeriod } from './calendar.js';
import { readUsage, type Fields } from './fields.js';
import { readGrantDraft } from './grants.js';
import { readWants, sumUsage } from './run.js';
import { AGGREGATIONS, usageOf, type Story } from './story-usage.js';

const deliverUsage = (story: Story, step: Fields): unknown => {
  const events = readUsage(step.list('events'), step.pathOf('events'));
  step.end();
  if (story.aggregation === 'SUM') sumUsage(events);
  story.events.push(...events);
  return {};
};

const makeGrant = (story: Story, step: Fields): unknown => {
  const draft = readGrantDraft(step.object('grant'), { effectiveAt: story.now, createdAt: story.now });
  step.end();
  const grant = validateGrant(story.entitlement, draft, story.now);
  story.entitlement = { ...story.entitlement, grants: [...story.entitlement.grants, grant] };
  const { effectiveAt, expiresAt } = grant;
  return { effectiveAt: formatInstant(effectiveAt), expiresAt: expiresAt === undefined ? null : formatInstant(expiresAt) };
};

const voidGrant = (story: Story, step: Fields): unknown => {
  const grantId = step.text('grantId');
  const at = step.optional('at', name => step.instant(name)) ?? story.now;
  step.end();
  const voidedAt = validateVoid(story.entitlement, grantId, at, story.now);
  const grants = story.entitlement.grants.map(grant => (grant.id === grantId ? { ...grant, voidedAt } : grant));
  story.entitlement = { ...story.entitlement, grants };
  return { voidedAt: formatInstant(voidedAt) };
};

const resetUsage = (story: Story, step: Fields): unknown => {
  const request = {
    at: step.optional('at', name => step.instant(name)) ?? story.now,
    retainAnchor: step.flag('retainAnchor', false),
    preserveOverage: step.has('preserveOverage') ? step.flag('preserveOverage', false) : undefined,
  };
  step.end();
  const reset = validateReset(story.entitlement, request, story.now);
  const entitlement = { ...story.entitlement, resets: [...story.entitlement.resets, reset] };
  const { at, balance, overage, grantBalances } = balanceAt(entitlement, usageOf(story), reset.at);
  story.entitlement = entitlement;
  return {
    resetAt: formatInstant(at),
    balance: formatQuantity(balance),
    overage: formatQuantity(overage),
    grantBalances: formatBalances(grantBalances),
  };
};

const formatReading = (reading: BalanceReading): unknown => ({
  at: formatInstant(reading.at),
  balance: formatQuantity(reading.balance),
  usageInPeriod: formatQuantity(reading.usageInPeriod),
  overage: formatQuantity(reading.overage),
  totalAvailable: formatQuantity(reading.totalAvailable),
  startOfPeriod: formatInstant(reading.startOfPeriod),
  grantBalances: formatBalances(reading.grantBalances),
  hasAccess: reading.hasAccess,
});

const readBalance = (story: Story, step: Fields): unknown => {
  const at = step.optional('at', name => step.instant(name)) ?? story.now;
  step.end();
  return formatReading(balanceAt(story.entitlement, usageOf(story), at));
};

const readPeriod = (story: Story, step: Fields): unknown => {
  const at = step.optional('at', name => step.instant(name)) ?? story.now;
  step.end();
  return formatPeriod(usagePeriodAt(usagePeriodsOf(story.entitlement), at));
};

const readHistory = (story: Story, step: Fields): unknown => {
  const from = step.instant('from');
  const to = step.instant('to');
  const wants = readWants(step);
  step.end();
  const { end, history } = balanceHistory(story.entitlement, usageOf(story), from, to);
  return formatRun(end, history, wants);
};

const readWindows = (story: Story, step: Fields): unknown => {
  const query = {
    from: step.instant('from'),
    to: step.instant('to'),
    size: step.choice('windowSize', ['HOUR', 'DAY']),
    timeZone: step.optional('timeZone', name => parseTimeZone(step.text(name))),
  };
  step.end();
  const windows = balanceWindows(story.entitlement, usageOf(story), query);
  return {
    windows: windows.map(({ from, to, usage, balanceAtStart }) => ({
      from: formatInstant(from),
      to: formatInstant(to),
      usage: formatQuantity(usage),
      balanceAtStart: formatQuantity(balanceAtStart),
    })),
  };
};

const doStep = (story: Story, step: Fields): unknown => {
  switch (step.choice('do', ['usage', 'grant', 'void', 'reset', 'read', 'period', 'history', 'windows'])) {
    case 'usage':
      return deliverUsage(story, step);
    case 'grant':
      return makeGrant(story, step);
    case 'void':
      return voidGrant(story, step);
    case 'reset':
      return resetUsage(story, step);
    case 'read':
      return readBalance(story, step);
    case 'period':
      return readPeriod(story, step);
    case 'history':
      return readHistory(story, step);
    case 'windows':
      return readWindows(story, step);
  }
};

/** Takes a step; one that fails changes nothing, the clock included. */
const takeStep = (story: Story, step: Fields): unknown => {
  const now = step.instant('now');
  if (now < story.now) throw new Refusal('VALIDATION', 'the clock of a story never goes back');
  const taken: Story = { ...story, now };
  const result = doStep(taken, step);
  Object.assign(story, taken);
  return result;
};

const readUsagePeriod = (fields: Fields): MeteredEntitlement['usagePeriod'] => {
  const recurrence = { interval: fields.interval('interval'), anchor: fields.instant('anchor') };
  fields.end();
  checkUsagePeriodInterval(recurrence);
  return recurrence;
};

const openStory = (fields: Fields): Story => {
  const measureUsageFrom = fields.instant('measureUsageFrom');
  const createdAt = fields.optional('createdAt', name => fields.instant(name)) ?? measureUsageFrom;
  const bare = newMeteredEntitlement({
    id: 'entitlement',
    measureUsageFrom,
    usagePeriod: readUsagePeriod(fields.object('usagePeriod')),
    resets: [],
    preserveOverageAtReset: fields.flag('preserveOverageAtReset', false),
    isSoftLimit: fields.flag('isSoftLimit', false),
    grants: [],
  });
  const amount = fields.optional('issueAfterReset', name => fields.quantity(name));
  const priority = fields.optional('issueAfterResetPriority', name => fields.integer(name));
  const aggregation = fields.optional('aggregation', name => fields.choice(name, AGGREGATIONS)) ?? 'SUM';
  // When checkpoints are made is ours to choose, and never shows: the reference's grace is read and has no effect.
  fields.optional('checkpointGrace', name => fields.interval(name));
  fields.end();
  if (amount === undefined && priority !== undefined) throw new Refusal('VALIDATION', 'a priority of the default grant needs its amount');
  const grants = amount === undefined ? [] : [defaultGrant(bare, { id: DEFAULT_GRANT_ID, amount, priority, createdAt })];
  return { aggregation, entitlement: { ...bare, grants }, events: [], now: Number.NEGATIVE_INFINITY };
};

/** `op: entitlement`: a metered entitlement through time (entitlements §8–§12). */
export const simulateStory = (fields: Fields): unknown => {
  const story = openStory(fields.object('entitlement'));
  const steps = fields.objects('steps');
  fields.end();
  return { steps: steps.map(step => orError(() => takeStep(story, step))) };
};
