import { Aggregate, type EventLog } from '@drawdown/eventlog';
import {
  decideSetAside,
  evolveSetAside,
  NOTHING_SET_ASIDE,
  setAsideKey,
  type SetAsideCommand,
  type SetAsideEvent,
  type SetAsideState,
} from '../../domain/index.js';
import type { CommandIdentity } from '../commands/ports.js';

const COMMAND_WINDOW_MS = 24 * 3_600_000;

/** The messages that operators set aside, in the memory of every replica. */
export class SetAsideMessages {
  #state: SetAsideState = NOTHING_SET_ASIDE;

  has(stream: string, sequence: number): boolean {
    return this.#state.has(setAsideKey(stream, sequence));
  }

  apply(events: readonly SetAsideEvent[]): void {
    this.#state = events.reduce(evolveSetAside, this.#state);
  }
}

/** Records what is set aside and taken back; the feed of properties brings it to every replica. */
export class SetAsideLog {
  constructor(
    private readonly log: EventLog<SetAsideEvent>,
    private readonly subject: string,
    private readonly clock: { nowMs(): number },
  ) {}

  /** Stream sequence of the record. @throws Refusal `IDEMPOTENCY_MISMATCH`, `COMMAND_EXPIRED` */
  async execute(body: SetAsideCommand, command: CommandIdentity): Promise<number> {
    const aggregate = new Aggregate<SetAsideState, SetAsideCommand, SetAsideEvent>({
      log: this.log,
      subject: this.subject,
      decider: { initialState: NOTHING_SET_ASIDE, decide: decideSetAside, evolve: evolveSetAside },
      clock: this.clock,
      commandWindowMs: COMMAND_WINDOW_MS,
    });
    return (await aggregate.execute({ ...command, body })).sequence;
  }
}
