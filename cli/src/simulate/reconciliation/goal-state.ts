import { scenarioInvalid, type Fields } from './fields.js';
import { ScriptedEngine } from './goal-engine.js';
import { readScript, type Script, type ScriptedEntity } from './goal-entities.js';

interface TimedStep {
  readonly at: number;
  readonly fields: Fields;
}

const readSteps = (fields: Fields): TimedStep[] => {
  let last = Number.NEGATIVE_INFINITY;
  return fields.objects('steps').map(step => {
    const at = step.integer('at');
    if (at < last) throw scenarioInvalid(`${step.path}.at`, 'lies before the step before it');
    last = at;
    return { at, fields: step };
  });
};

const requireEntity = (script: Script, step: Fields): { readonly id: string; readonly entity: ScriptedEntity } => {
  const id = step.text('id');
  const entity = script.entities.get(id);
  if (entity === undefined) throw scenarioInvalid(`${step.path}.id`, 'is no entity');
  return { id, entity };
};

const STEPS = ['start', 'stop', 'enqueue', 'delete', 'unschedule', 'setState', 'setGoal', 'isScheduled'] as const;

/** Carries out one step; answers what it asks. */
const performStep = (engine: ScriptedEngine, script: Script, step: Fields): boolean | undefined => {
  const { schedule } = engine;
  switch (step.choice('do', STEPS)) {
    case 'start':
      return void schedule.start();
    case 'stop':
      return void schedule.stop();
    case 'enqueue':
      return void schedule.enqueue(requireEntity(script, step).id, step.integer('deadline'));
    case 'delete':
      return void schedule.delete(step.text('id'));
    case 'unschedule':
      return void schedule.unschedule(step.text('id'));
    case 'setState':
      requireEntity(script, step).entity.state = step.text('state');
      return undefined;
    case 'setGoal':
      requireEntity(script, step).entity.goal = step.text('goal');
      return undefined;
    case 'isScheduled':
      return schedule.isScheduled(step.text('id'));
  }
};

/** Moves the clock from one thing that happens to the next; answers what the steps asked. */
const runUntil = (engine: ScriptedEngine, script: Script, steps: readonly TimedStep[], until: number): boolean[] => {
  const checks: boolean[] = [];
  let taken = 0;
  let clock = Number.NEGATIVE_INFINITY;
  for (;;) {
    const stepAt = steps[taken]?.at ?? Number.POSITIVE_INFINITY;
    const dueAt = engine.schedule.nextAt ?? Number.POSITIVE_INFINITY;
    const now = Math.max(clock, Math.min(stepAt, engine.nextEndAt, dueAt));
    if (now > until || now === Number.POSITIVE_INFINITY) return checks;
    clock = now;
    engine.endExecutions(now);
    for (let step = steps[taken]; step !== undefined && step.at <= now; step = steps[taken]) {
      const answer = performStep(engine, script, step.fields);
      step.fields.end();
      if (answer !== undefined) checks.push(answer);
      taken += 1;
    }
    engine.beginDue(now);
  }
};

/** `op: goalstate` (FORMAT §3): entities driven toward their goals in virtual time. */
export const simulateGoalState = (fields: Fields): unknown => {
  const script = readScript(fields);
  const engine = new ScriptedEngine(script, {
    workers: fields.optional('workers', name => fields.integer(name)) ?? 0,
    failureRetryDelayMs: fields.integer('failureRetryDelayMs', 0),
    maxRetryDelayMs: fields.integer('maxRetryDelayMs', 0),
    backoff: fields.optional('backoff', name => fields.choice(name, ['exponential', 'linear'])),
    resetOn: fields.optional('resetOn', name => fields.choice(name, ['list', 'action'])),
  });
  const steps = readSteps(fields);
  const until = fields.integer('until');
  fields.end();
  const checks = runUntil(engine, script, steps, until);
  const { schedule } = engine;
  const entries = [...schedule.ids()].map(
    id => [id, { deadline: schedule.deadlineOf(id) ?? null, failures: schedule.failuresOf(id) }] as const,
  );
  return { runs: engine.runs, checks, entries: Object.fromEntries(entries) };
};
