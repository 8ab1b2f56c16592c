import { isFault, isRefusal } from '@drawdown/errors';
import {
  contentOf,
  decide,
  evolve,
  initialState,
  resolveOptions,
  type Answers,
  type CommandType,
  type InformedObject,
  type InformOptions,
  type Repeated,
  type Resource,
  type ResourceCommand,
  type ResourceEvent,
  type ResourceRecord,
  type WorkOutcome,
} from '../src/domain/index.js';

const T0 = Date.UTC(2026, 2, 1, 12);

/** Seconds after noon. */
export const at = (seconds: number): number => T0 + seconds * 1_000;

export const informed = (object: Readonly<Record<string, unknown>> = { id: 'u1' }, options: InformOptions = {}): InformedObject => ({
  kind: 'user',
  objectId: 'u1',
  content: contentOf(object),
  options: resolveOptions(options, {}),
  externalCreatedAt: null,
});

type Given<Type extends CommandType> = Omit<Partial<ResourceCommand<Type>>, 'type' | 'now'>;

export const inform = (now: number, change: Given<'inform'> = {}): ResourceCommand<'inform'> => ({
  type: 'inform',
  now,
  informed: informed(),
  newId: `id-${now}`,
  rules: {},
  onlyIfChanged: false,
  ...change,
});

export const list = (now: number, change: Given<'list'> = {}): ResourceCommand<'list'> => ({
  type: 'list',
  now,
  informed: informed(),
  newId: `id-${now}`,
  rules: {},
  processExisting: false,
  ...change,
});

export const wake = (now: number, deadline: number): ResourceCommand<'wake'> => ({
  type: 'wake',
  now,
  informed: informed(),
  newId: `id-${now}`,
  deadline,
});

export const claim = (now: number, owner = 'a'): ResourceCommand<'claim'> => ({ type: 'claim', now, owner });

export const complete = (
  now: number,
  token: number,
  outcome: WorkOutcome,
  change: Given<'complete'> = {},
): ResourceCommand<'complete'> => ({ type: 'complete', now, token, outcome, rules: {}, ...change });

export const SUCCESS: WorkOutcome = { type: 'success' };
export const FAILURE = { type: 'error', error: 'boom', trace: '' } as const satisfies WorkOutcome;
export const GONE: WorkOutcome = { type: 'delete', error: 'ResourceDeleteError: gone', trace: '' };

/** The reason for which something is refused, or is a fault of ours; undefined if it is neither. */
export const reasonOf = (attempt: () => unknown): string | undefined => {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (isRefusal(error) || isFault(error)) return error.reason;
    throw error;
  }
};

/** One resource, to which commands are given one after the other; its versions count its events. */
export class Story {
  state: Resource = initialState;
  events: ResourceEvent[] = [];
  #version = 0;

  give<Type extends CommandType>(command: ResourceCommand<Type>): Answers[Type] | Repeated {
    const { answer, event } = decide(command, this.state);
    if (event !== undefined) {
      this.#version += 1;
      this.state = evolve(this.state, event, this.#version);
      this.events.push(event);
    }
    return answer;
  }

  /** The record, which must be there. */
  get record(): ResourceRecord {
    if (this.state === undefined) throw new Error('there is no record');
    return this.state;
  }

  /** The token of the present attempt. */
  get token(): number {
    return this.record.lease?.token ?? 0;
  }

  /** Claims and completes. */
  work(now: number, outcome: WorkOutcome): void {
    this.give(claim(now));
    this.give(complete(now, this.token, outcome));
  }
}

/** A story after some commands. */
export const after = (...commands: readonly ResourceCommand[]): Story => {
  const story = new Story();
  for (const command of commands) story.give(command);
  return story;
};

/** A story of a resource that is synced since an instant. */
export const synced = (now: number): Story => {
  const story = after(inform(now));
  story.work(now, SUCCESS);
  return story;
};
