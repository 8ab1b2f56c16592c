import type { InstantMs } from '@drawdown/calendar';
import { Refusal } from '@drawdown/errors';
import type { JsonObject } from '../content/json.js';
import { LIMITS } from '../limits.js';
import { takeOverAt } from '../resource/claim.js';
import { jitteredBackoffMs, WORK_BACKOFF } from '../work/backoff.js';
import { isCovering, type InformerRun, type PerformedRun, type RunOrigin, type RunWishes } from './run.js';

/** Before any run (reconciliation §2.3). */
export const NEVER_INFORMED: InstantMs = 0;

/** What is kept about the informer of a kind. */
export interface ControllerRecord {
  readonly name: string;
  /** The mark: objects created up to here have been listed. */
  readonly lastInformAt: InstantMs;
  /** Negative: it is not informed periodically. */
  readonly informIntervalMs: number;
  readonly hasInformer: boolean;
  readonly metadata: JsonObject;
  readonly createdAt: InstantMs;
  readonly updatedAt: InstantMs;
  /** The one outstanding run. */
  readonly run: InformerRun | null;
}

export type ControllerCommand =
  | {
      readonly type: 'configure';
      readonly now: InstantMs;
      readonly name: string;
      readonly informIntervalMs: number;
      readonly hasInformer: boolean;
    }
  | {
      readonly type: 'request-run';
      readonly now: InstantMs;
      readonly runId: string;
      readonly origin: RunOrigin;
      readonly wishes: RunWishes;
      /** How long to wait at least, in ms: the jitter of a periodic run. */
      readonly delayMs: number;
    }
  | { readonly type: 'begin-run'; readonly now: InstantMs; readonly owner: string }
  | {
      readonly type: 'end-run';
      readonly now: InstantMs;
      readonly owner: string;
      readonly performed: PerformedRun;
      /** It listed everything, and every object was processed. */
      readonly isComplete: boolean;
      /** Latest created-at of the objects; absent if they give none. */
      readonly newestCreatedAt?: InstantMs | undefined;
    };

export interface ControllerEvent {
  readonly type: 'controller-configured' | 'run-requested' | 'run-begun' | 'run-succeeded' | 'run-failed' | 'run-exhausted';
  readonly record: ControllerRecord;
}

/** `duplicate`: a run is outstanding already; `busy`: somebody runs it; `none`: there is nothing of the kind to do. */
export type ControllerAnswer = 'done' | 'duplicate' | 'busy' | 'none';

export interface ControllerDecision {
  readonly answer: ControllerAnswer;
  readonly event?: ControllerEvent;
}

export const evolveController = (_state: ControllerRecord | undefined, event: ControllerEvent): ControllerRecord => event.record;

/** @throws Refusal `CONTROLLER_NOT_REGISTERED`, `INFORMER_NOT_DEFINED`. */
export const decideController = (command: ControllerCommand, state: ControllerRecord | undefined): ControllerDecision => {
  if (command.type === 'configure') return configure(command, state);
  if (state === undefined) throw new Refusal('CONTROLLER_NOT_REGISTERED', 'the kind is not registered');
  switch (command.type) {
    case 'request-run':
      return requestRun(command, state);
    case 'begin-run':
      return beginRun(command, state);
    case 'end-run':
      return endRun(command, state);
  }
};

type CommandOf<Type extends ControllerCommand['type']> = Extract<ControllerCommand, { readonly type: Type }>;

/** The newest start wins. */
const configure = (command: CommandOf<'configure'>, state: ControllerRecord | undefined): ControllerDecision => {
  const { name, informIntervalMs, hasInformer, now } = command;
  const known = state ?? { lastInformAt: NEVER_INFORMED, metadata: {}, createdAt: now, run: null };
  return {
    answer: 'done',
    event: { type: 'controller-configured', record: { ...known, name, informIntervalMs, hasInformer, updatedAt: now } },
  };
};

const requestRun = (command: CommandOf<'request-run'>, state: ControllerRecord): ControllerDecision => {
  if (!state.hasInformer) throw new Refusal('INFORMER_NOT_DEFINED', `the kind ${state.name} lists no objects`, { kind: state.name });
  if (state.run !== null) return { answer: 'duplicate' };
  const { runId, origin, wishes, now } = command;
  const after = wishes.options?.after ?? state.lastInformAt;
  const run = { runId, origin, wishes, after, requestedAt: now, notBefore: now + command.delayMs, attempts: 0, lease: null };
  return { answer: 'done', event: { type: 'run-requested', record: { ...state, run, updatedAt: now } } };
};

/** Its own lease: a run that was lost is begun again by the next owner. */
const beginRun = ({ now, owner }: CommandOf<'begin-run'>, state: ControllerRecord): ControllerDecision => {
  const { run } = state;
  if (run === null) return { answer: 'none' };
  if (run.lease !== null && now < takeOverAt(run.lease)) return { answer: 'busy' };
  const lease = { owner, startedAt: now, expiresAt: now + LIMITS.leaseMs };
  return { answer: 'done', event: { type: 'run-begun', record: { ...state, run: { ...run, attempts: run.attempts + 1, lease } } } };
};

const endRun = (command: CommandOf<'end-run'>, state: ControllerRecord): ControllerDecision => {
  const { now, owner } = command;
  const { run } = state;
  if (run?.lease?.owner !== owner) return { answer: 'none' };
  if (!command.isComplete) return { answer: 'done', event: failedRun(state, run, now) };
  const mark = Math.max(run.lease.startedAt, command.newestCreatedAt ?? run.lease.startedAt);
  const lastInformAt = isCovering(command.performed, state.lastInformAt)
    ? Math.max(state.lastInformAt, Math.min(mark, now))
    : state.lastInformAt;
  return { answer: 'done', event: { type: 'run-succeeded', record: { ...state, lastInformAt, run: null, updatedAt: now } } };
};

/** It stays outstanding and is tried again, ten times in all; one that somebody waited for is not. The mark does not move. */
const failedRun = (state: ControllerRecord, run: InformerRun, now: InstantMs): ControllerEvent => {
  if (run.origin === 'foreground' || run.attempts >= LIMITS.informRunAttemptsMax) {
    return { type: 'run-exhausted', record: { ...state, run: null, updatedAt: now } };
  }
  const notBefore = now + jitteredBackoffMs(WORK_BACKOFF, run.attempts, undefined);
  return { type: 'run-failed', record: { ...state, run: { ...run, notBefore, lease: null }, updatedAt: now } };
};

/** Whether a pass is to ask for a run: its interval has passed, strictly (reconciliation §7.1). */
export const isReady = (controller: ControllerRecord, now: InstantMs): boolean =>
  controller.hasInformer && controller.informIntervalMs > 0 && now - controller.lastInformAt > controller.informIntervalMs;

/** The kinds that are ready, longest waiting first; equally long by name. */
export const readyControllers = (controllers: Iterable<ControllerRecord>, now: InstantMs): ControllerRecord[] =>
  [...controllers]
    .filter(controller => isReady(controller, now))
    .sort((left, right) => left.lastInformAt - right.lastInformAt || (left.name < right.name ? -1 : 1));
