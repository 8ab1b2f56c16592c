import type { InstantMs } from '@drawdown/calendar';
import { isRefusal } from '@drawdown/errors';
import {
  isJsonObject,
  NEVER_INFORMED,
  performedRun,
  readyControllers,
  type PerformedRun,
  type RunWishes,
} from '@drawdown/reconciliation/domain';
import { scenarioInvalid, type Fields } from './fields.js';
import { createdAtOf, inform, readObject, type Kind, type ScenarioObject } from './kinds.js';
import { readInstant, toScenario } from './time.js';
import { keyOf, type Moment, type World } from './world.js';

const markOf = (instant: InstantMs): number | null => (instant === NEVER_INFORMED ? null : toScenario(instant));

/** What a step asks of a run. */
const readWishes = (step: Fields): RunWishes => {
  const processExisting = step.optional('processExisting', name => step.flag(name));
  const given = step.optional('options', name => step.object(name));
  if (given === undefined) return { processExisting };
  const labels = given.optional('labels', name => given.raw(name));
  if (labels !== undefined && !isJsonObject(labels)) throw scenarioInvalid(`${given.path}.labels`, 'must be an object');
  const options = {
    labels,
    after: given.optional('after', name => readInstant(given, name)),
    limit: given.optional('limit', name => given.integer(name, 0)),
    orderBy: given.optional('orderBy', name => given.text(name)),
  };
  given.end();
  return { processExisting, options };
};

/** One pass that asks for the runs that are ready. */
export const informPass = (world: World, { now }: Moment): unknown => {
  const windowMs = Math.max(world.settings.informJitterMs, 0);
  const queued: unknown[] = [];
  const duplicates: string[] = [];
  for (const { name: kind, lastInformAt } of readyControllers(world.controllers(), now)) {
    const answer = world.commandController(kind, {
      type: 'request-run',
      now,
      runId: world.newId(),
      origin: 'pass',
      wishes: {},
      delayMs: 0,
    });
    if (answer === 'duplicate') duplicates.push(kind);
    else queued.push({ kind, after: markOf(lastInformAt), notBefore: toScenario(now), notAfter: toScenario(now) + windowMs });
  }
  return { queued, duplicates };
};

export const scheduleInform = (world: World, { now, fields }: Moment): unknown => {
  const kind = fields.text('kind');
  const wishes = readWishes(fields);
  fields.end();
  const answer = world.commandController(kind, { type: 'request-run', now, runId: world.newId(), origin: 'demand', wishes, delayMs: 0 });
  return { skippedAsDuplicate: answer === 'duplicate' };
};

interface Counts {
  created: number;
  updated: number;
  skipped: number;
  deleted: number;
  stale: number;
  error: number;
}

/** Processes the objects that an informer lists, each by itself; one that is refused does not hold up the rest. */
const processObjects = (world: World, kind: Kind, objects: readonly ScenarioObject[], now: InstantMs, run: PerformedRun): Counts => {
  const counts: Counts = { created: 0, updated: 0, skipped: 0, deleted: 0, stale: 0, error: 0 };
  for (const object of objects) {
    try {
      const informed = inform(kind, object);
      const { processExisting } = run;
      const key = keyOf(kind.kind, object.id);
      world.commandNamespace({ type: 'ensure', now, name: informed.options.namespace });
      counts[world.command(key, { type: 'list', now, informed, newId: world.newId(), rules: kind.rules, processExisting })] += 1;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      counts.error += 1;
    }
  }
  return counts;
};

/** An informer run from beginning to end: the outstanding one, else one on demand, which nobody tries again. */
export const informRun = (world: World, { now, fields }: Moment): unknown => {
  const kindName = fields.text('kind');
  const objects = (fields.optional('objects', name => fields.list(name)) ?? []).map((value, index) =>
    readObject(value, `${fields.path}.objects[${index}]`),
  );
  const wishes = readWishes(fields);
  const failAfter = fields.optional('failAfter', name => fields.integer(name, 0));
  const endsAt = now + (fields.optional('durationMs', name => fields.integer(name, 0)) ?? 0);
  fields.end();

  const kind = world.kinds.require(kindName);
  const owner = 'simulation';
  world.commandController(kind.kind, { type: 'request-run', now, runId: world.newId(), origin: 'foreground', wishes, delayMs: 0 });
  world.commandController(kind.kind, { type: 'begin-run', now, owner });
  const run = world.controller(kind.kind)?.run;
  if (run === undefined || run === null) throw new Error('a run that was begun is not there');
  const performed = performedRun(run, wishes);
  const listed = objects.slice(0, failAfter);
  const counts = processObjects(world, kind, listed, now, performed);
  const created = listed.map(object => createdAtOf(kind, object)).filter(instant => instant !== undefined);
  const isComplete = failAfter === undefined && counts.error === 0;
  const newestCreatedAt = created.length === 0 ? undefined : created.reduce((newest, each) => Math.max(newest, each));
  world.commandController(kind.kind, { type: 'end-run', now: endsAt, owner, performed, isComplete, newestCreatedAt });
  return {
    ok: isComplete,
    options: { ...performed.options, after: markOf(performed.options.after) },
    counts,
    lastInformAt: markOf(world.controller(kind.kind)?.lastInformAt ?? NEVER_INFORMED),
  };
};

export const formatControllers = (world: World): unknown =>
  Object.fromEntries(
    world.controllers().map(({ name, lastInformAt, run }) => [name, { lastInformAt: markOf(lastInformAt), outstanding: run !== null }]),
  );
