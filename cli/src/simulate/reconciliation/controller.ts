import type { InstantMs } from '@drawdown/calendar';
import { isRefusal } from '@drawdown/errors';
import type { ResourceRecord } from '@drawdown/reconciliation/domain';
import { scenarioInvalid, type Fields } from './fields.js';
import { formatControllers, informPass, informRun, scheduleInform } from './informer.js';
import {
  claim,
  clean,
  complete,
  expire,
  heartbeat,
  informOne,
  invalidate,
  maintain,
  reschedule,
  rescue,
  resume,
  retry,
  suspend,
  work,
} from './steps.js';
import { readInstant, toScenario, toScenarioOrNull } from './time.js';
import { World, type Announced, type Moment } from './world.js';

const STEPS = {
  inform: informOne,
  claim,
  heartbeat,
  complete,
  work,
  invalidate,
  retry,
  suspend,
  resume,
  expire,
  reschedule,
  rescue,
  maintain,
  clean,
  informPass,
  scheduleInform,
  informRun,
} as const satisfies Readonly<Record<string, (world: World, moment: Moment) => unknown>>;

const NAMES = Object.keys(STEPS) as (keyof typeof STEPS)[];

const byKindAndId = (left: ResourceRecord, right: ResourceRecord): number => {
  if (left.kind !== right.kind) return left.kind < right.kind ? -1 : 1;
  return left.objectId < right.objectId ? -1 : left.objectId > right.objectId ? 1 : 0;
};

const formatEvent = ({ event, record }: Announced): unknown => ({
  category: event.category,
  kind: record.kind,
  id: record.objectId,
  state: record.state,
  attempt: record.attempt,
  ...(event.superseded === true && { superseded: true }),
});

const formatChanged = (record: ResourceRecord): unknown => ({
  kind: record.kind,
  id: record.objectId,
  state: record.state,
  attempt: record.attempt,
  cycleAttempt: record.cycleAttempt,
  nextAttemptAt: toScenarioOrNull(record.nextAttemptAt),
});

const formatResource = (record: ResourceRecord): unknown => ({
  kind: record.kind,
  id: record.objectId,
  object: record.object,
  namespace: record.namespace,
  tags: record.tags,
  metadata: record.metadata,
  state: record.state,
  attempt: record.attempt,
  cycleAttempt: record.cycleAttempt,
  maxAttempts: record.maxAttempts,
  generation: record.generation,
  observedGeneration: record.observedGeneration,
  requestSeq: record.requestSeq,
  createdAt: toScenario(record.createdAt),
  externalCreatedAt: toScenarioOrNull(record.externalCreatedAt),
  scheduledAt: toScenarioOrNull(record.scheduledAt),
  attemptedAt: toScenarioOrNull(record.attemptedAt),
  syncedAt: toScenarioOrNull(record.syncedAt),
  nextAttemptAt: toScenarioOrNull(record.nextAttemptAt),
  errorCount: record.errorCount,
  errors: record.errors.map(({ at, attempt, error }) => ({ at: toScenario(at), attempt, error })),
  leaseToken: record.leaseToken,
  suspended: record.suspended !== null,
});

/** A step's result, or why it was refused; a refused one changes nothing. */
const resultOf = (world: World, step: (world: World, moment: Moment) => unknown, moment: Moment): object => {
  try {
    return { result: step(world, moment) };
  } catch (error) {
    if (!isRefusal(error) || error.reason === 'SCENARIO_INVALID') throw error;
    return { error: { code: error.reason, message: error.message } };
  }
};

const performStep = (world: World, fields: Fields, now: InstantMs): unknown => {
  const result = resultOf(world, STEPS[fields.choice('do', NAMES)], { now, fields });
  fields.end();
  const { announced, written } = world.takeTrace();
  return {
    ...result,
    ...(announced.length > 0 && { events: announced.map(formatEvent) }),
    ...(written.length > 0 && { changed: [...written].sort(byKindAndId).map(formatChanged) }),
  };
};

/** `op: controller` (FORMAT §2): the life of resources, step by step. */
export const simulateController = (fields: Fields): unknown => {
  const world = new World(fields);
  const steps = fields.objects('steps');
  fields.end();
  let last = Number.NEGATIVE_INFINITY;
  const results = steps.map(step => {
    const now = readInstant(step, 'at');
    if (now < last) throw scenarioInvalid(`${step.path}.at`, 'lies before the step before it');
    last = now;
    return performStep(world, step, now);
  });
  return {
    steps: results,
    resources: [...world.resources()].sort(byKindAndId).map(formatResource),
    controllers: formatControllers(world),
  };
};
