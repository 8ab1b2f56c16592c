import { GoalSchedule, type GoalRun, type GoalScheduleOptions, type RunEnd } from '@drawdown/reconciliation/domain';
import { scenarioInvalid } from './fields.js';
import { nextResult, type ActionResult, type Script, type ScriptedAction, type ScriptedEntity } from './goal-entities.js';

interface ShownAction {
  readonly name: string;
  readonly at: number;
  readonly result: ActionResult | 'timeout';
}

/** A run as the result of a scenario shows it. */
interface ShownRun {
  readonly id: string;
  readonly at: number;
  readonly actions: ShownAction[];
  outcome: RunEnd | 'running';
  endedAt: number | null;
  retryAt?: number;
}

/** The actions of one run, with their shared time. */
interface ActionList {
  readonly run: GoalRun;
  readonly shown: ShownRun;
  readonly entity: ScriptedEntity;
  readonly timesOutAt: number;
}

/** An execution under way, on one of the workers. */
interface Execution {
  readonly list: ActionList;
  readonly action: ScriptedAction;
  readonly rest: readonly ScriptedAction[];
  readonly startedAt: number;
  readonly endsAt: number;
  readonly result: ActionResult | 'timeout';
}

/** A scenario that fails for ever without a delay would never end. */
const EXECUTIONS_MAX = 200_000;

/** The engine of a scenario: the schedule's rules, on a clock that is moved by hand and with work that follows a script. */
export class ScriptedEngine {
  readonly schedule: GoalSchedule;
  readonly runs: ShownRun[] = [];
  readonly #script: Script;
  /** In the order in which their runs began. */
  #executions: Execution[] = [];
  #performed = 0;

  constructor(script: Script, options: GoalScheduleOptions) {
    this.#script = script;
    this.schedule = new GoalSchedule(options);
  }

  /** When the next execution ends. */
  get nextEndAt(): number {
    return this.#executions.reduce((earliest, { endsAt }) => Math.min(earliest, endsAt), Number.POSITIVE_INFINITY);
  }

  /** Ends what ends now, each followed at once by what it causes. */
  endExecutions(now: number): void {
    for (const execution of [...this.#executions]) {
      if (execution.endsAt > now) continue;
      const next = this.#endAction(execution, now) ? this.#execute(execution.list, execution.rest, now) : undefined;
      this.#executions = this.#executions.flatMap(each => (each !== execution ? [each] : next === undefined ? [] : [next]));
    }
  }

  /** Begins what is due while workers are free. A run whose actions take no time is over before the next one begins. */
  beginDue(now: number): void {
    for (let run = this.schedule.begin(now); run !== undefined; run = this.schedule.begin(now)) {
      const execution = this.#begin(run, now);
      if (execution !== undefined) this.#executions.push(execution);
    }
  }

  #begin(run: GoalRun, now: number): Execution | undefined {
    const entity = this.#script.entities.get(run.id);
    if (entity === undefined) throw scenarioInvalid(`entity ${run.id}`, 'is not defined');
    const shown: ShownRun = { id: run.id, at: now, actions: [], outcome: 'running', endedAt: null };
    this.runs.push(shown);
    this.#count();
    if (entity.readErrors > 0) {
      entity.readErrors -= 1;
      return this.#finish(run, shown, 'failed', now);
    }
    const pair = `${entity.state}>${entity.goal}`;
    const actions = this.#script.plan.get(pair) ?? [];
    if (actions.length === 0) return this.#finish(run, shown, 'empty', now);
    const timesOutAt = now + (this.#script.planTimeoutMs.get(pair) ?? Number.POSITIVE_INFINITY);
    return this.#execute({ run, shown, entity, timesOutAt }, actions, now);
  }

  /** Executes actions one after the other until one takes time, or the list is over; answers the one that is under way. */
  #execute(list: ActionList, actions: readonly ScriptedAction[], now: number): Execution | undefined {
    for (const [index, action] of actions.entries()) {
      this.#count();
      const scripted = nextResult(list.entity, action);
      const endsAt = Math.min(now + action.durationMs, list.timesOutAt);
      const result = now + action.durationMs > list.timesOutAt ? 'timeout' : scripted;
      const execution: Execution = { list, action, rest: actions.slice(index + 1), startedAt: now, endsAt, result };
      if (endsAt > now) return execution;
      if (!this.#endAction(execution, now)) return undefined;
    }
    return this.#finish(list.run, list.shown, 'ok', now);
  }

  /** Answers whether the list goes on. */
  #endAction({ list, action, startedAt, result }: Execution, now: number): boolean {
    const { run, shown, entity } = list;
    shown.actions.push({ name: action.name, at: startedAt, result });
    if (result !== 'ok') {
      this.#finish(run, shown, result === 'stop' ? 'stopped' : 'failed', now);
      return false;
    }
    const { state, enqueue } = action.onOk;
    if (state !== undefined) entity.state = state;
    if (enqueue !== undefined) this.schedule.enqueue(enqueue.id, now + enqueue.inMs);
    this.schedule.actionSucceeded(run);
    return true;
  }

  #finish(run: GoalRun, shown: ShownRun, end: RunEnd, now: number): undefined {
    const retryAt = this.schedule.end(run, end, now);
    shown.outcome = end;
    shown.endedAt = now;
    if (retryAt !== undefined) shown.retryAt = retryAt;
  }

  #count(): void {
    this.#performed += 1;
    if (this.#performed > EXECUTIONS_MAX) throw scenarioInvalid('the scenario', `performs more than ${EXECUTIONS_MAX} runs and actions`);
  }
}
