import { Aggregate, type EventLog } from '@drawdown/eventlog';
import {
  decideSetAside,
  evolveSetAside,
  NOTHING_SET_ASIDE,
  type SetAside,
  type SetAsideCommand,
  type SetAsideEvent,
} from '../../domain/index.js';
import type { CommandIdentity } from './ports.js';

/** Kind of the one aggregate that every replica reads whole and no partition folds. */
export const OPERATIONS_KIND = 'operations';
export const SET_ASIDE_KEY = 'set-aside';

/** The messages that operators set aside, in the memory of every replica. */
export class SetAsideMessages {
  #state: SetAside = NOTHING_SET_ASIDE;

  has(sequence: number): boolean {
    return this.#state.has(sequence);
  }

  apply(events: readonly SetAsideEvent[]): void {
    this.#state = events.reduce(evolveSetAside, this.#state);
  }
}

export interface SetAsideLogOptions {
  readonly log: EventLog<SetAsideEvent>;
  readonly subject: string;
  readonly clock: { nowMs(): number };
  readonly commandWindowMs: number;
}

/** Records what is set aside and taken back; its feed brings it to every replica. */
export class SetAsideLog {
  constructor(private readonly options: SetAsideLogOptions) {}

  /** Stream sequence of the record. @throws Refusal `IDEMPOTENCY_MISMATCH`, `COMMAND_EXPIRED` */
  async execute(body: SetAsideCommand, command: CommandIdentity): Promise<number> {
    const aggregate = new Aggregate<SetAside, SetAsideCommand, SetAsideEvent>({
      ...this.options,
      decider: { initialState: NOTHING_SET_ASIDE, decide: decideSetAside, evolve: evolveSetAside },
    });
    return (await aggregate.execute({ ...command, body })).sequence;
  }
}
