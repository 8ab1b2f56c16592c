import {
  decideController,
  evolveController,
  LIMITS,
  NEVER_INFORMED,
  performedRun,
  readyControllers,
  type ControllerAnswer,
  type ControllerCommand,
  type ControllerEvent,
  type ControllerRecord,
  type RunWishes,
} from '../../src/domain/index.js';
import { at, reasonOf } from '../given.js';

const HOUR_MS = 3_600_000;

class Controller {
  state: ControllerRecord | undefined;
  last: ControllerEvent | undefined;

  constructor(
    readonly name = 'user',
    hasInformer = true,
  ) {
    this.give({ type: 'configure', now: at(0), name, informIntervalMs: HOUR_MS, hasInformer });
  }

  give(command: ControllerCommand): ControllerAnswer {
    const { answer, event } = decideController(command, this.state);
    this.last = event;
    if (event !== undefined) this.state = evolveController(this.state, event);
    return answer;
  }

  get record(): ControllerRecord {
    if (this.state === undefined) throw new Error('there is no controller');
    return this.state;
  }

  request(now: number, wishes: RunWishes = {}, origin: 'pass' | 'foreground' = 'pass'): ControllerAnswer {
    return this.give({ type: 'request-run', now, runId: `run-${now}`, origin, wishes, delayMs: 0 });
  }

  /** Begins and ends the outstanding run. */
  run(now: number, endsAt: number, isComplete: boolean, newestCreatedAt?: number): void {
    this.give({ type: 'begin-run', now, owner: 'a' });
    if (this.record.run === null) throw new Error('there is no run');
    this.give({ type: 'end-run', now: endsAt, owner: 'a', performed: performedRun(this.record.run), isComplete, newestCreatedAt });
  }
}

describe('informer runs (reconciliation §7)', () => {
  it('are ready after more than their interval, longest waiting first (example 16)', () => {
    const [first, second] = [new Controller('b'), new Controller('a')];
    first.request(at(0));
    first.run(at(0), at(0), true);
    second.request(at(60));
    second.run(at(60), at(60), true);
    const both = [second.record, first.record];
    expect(readyControllers(both, at(3_600))).toEqual([]);
    expect(readyControllers(both, at(3_601)).map(({ name }) => name)).toEqual(['b']);
    expect(readyControllers(both, at(7_200)).map(({ name }) => name)).toEqual(['b', 'a']);
  });

  it('are one at a time for a kind', () => {
    const controller = new Controller();
    expect(controller.request(at(0))).toBe('done');
    expect(controller.request(at(1))).toBe('duplicate');
    controller.give({ type: 'begin-run', now: at(2), owner: 'a' });
    expect(controller.give({ type: 'begin-run', now: at(3), owner: 'b' })).toBe('busy');
    expect(controller.give({ type: 'begin-run', now: at(34), owner: 'b' })).toBe('done');
    expect(controller.give({ type: 'begin-run', now: at(35), owner: 'b' })).toBe('busy');
  });

  it('end for nobody but whoever runs them', () => {
    const controller = new Controller();
    controller.request(at(0));
    controller.give({ type: 'begin-run', now: at(0), owner: 'a' });
    const { run } = controller.record;
    if (run === null) throw new Error('there is no run');
    expect(controller.give({ type: 'end-run', now: at(1), owner: 'b', performed: performedRun(run), isComplete: true })).toBe('none');
    expect(controller.record.lastInformAt).toBe(NEVER_INFORMED);
  });

  it('move the mark to their start, or to the newest object, never beyond now and never back (example 17)', () => {
    const controller = new Controller();
    controller.request(at(0));
    controller.run(at(0), at(9), true, at(5));
    expect(controller.record.lastInformAt).toBe(at(5));
    controller.request(at(10));
    controller.run(at(10), at(19), true, at(1_800));
    expect(controller.record.lastInformAt).toBe(at(19));
    controller.request(at(15));
    controller.run(at(15), at(16), true);
    expect(controller.record.lastInformAt).toBe(at(19));
  });

  it.each<[string, RunWishes]>([
    ['existing objects too', { processExisting: true }],
    ['labels', { options: { labels: { env: 'x' } } }],
    ['a limit', { options: { limit: 100 } }],
    ['a start after the mark', { options: { after: at(1) } }],
  ])('leave the mark where they do not cover everything: %s', (_what, wishes) => {
    const controller = new Controller();
    controller.request(at(5), wishes);
    controller.run(at(5), at(6), true);
    expect(controller.record.lastInformAt).toBe(NEVER_INFORMED);
    expect(controller.record.run).toBeNull();
  });

  it('stay outstanding when they fail, are tried ten times with the same start, and are then given up (example 18)', () => {
    const controller = new Controller();
    controller.request(at(0));
    const { after } = controller.record.run ?? {};
    const delays: number[] = [];
    for (let attempt = 1; attempt <= LIMITS.informRunAttemptsMax; attempt += 1) {
      controller.run(at(attempt), at(attempt), false);
      if (controller.record.run !== null) delays.push(controller.record.run.notBefore - at(attempt));
      if (controller.record.run !== null) expect(controller.record.run.after).toBe(after);
    }
    expect(delays.slice(0, 3)).toEqual([1_000, 16_000, 81_000]);
    expect(delays).toHaveLength(LIMITS.informRunAttemptsMax - 1);
    expect(controller.last?.type).toBe('run-exhausted');
    expect(controller.record.lastInformAt).toBe(NEVER_INFORMED);
  });

  it('are not tried again when somebody waits for them', () => {
    const controller = new Controller();
    controller.request(at(0), {}, 'foreground');
    controller.run(at(0), at(1), false);
    expect(controller.record.run).toBeNull();
  });

  it('are refused where there is nothing to list', () => {
    expect(reasonOf(() => new Controller('user', false).request(at(0)))).toBe('INFORMER_NOT_DEFINED');
    expect(reasonOf(() => decideController({ type: 'begin-run', now: at(0), owner: 'a' }, undefined))).toBe('CONTROLLER_NOT_REGISTERED');
  });

  it('ask a source that shows things late a little further back', () => {
    const controller = new Controller();
    controller.request(at(0), { options: { after: at(-10) } });
    const { run } = controller.record;
    expect(run && performedRun(run, {}, 3_000).options.after).toBe(at(-13));
  });
});
