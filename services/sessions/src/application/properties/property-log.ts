import { Aggregate, type Command, type EventLog, type Subjects } from '@drawdown/eventlog';
import {
  decideProperty,
  evolveProperty,
  NO_PROPERTY,
  type PropertyCommand,
  type PropertyEvent,
  type PropertyState,
} from '../../domain/index.js';

/** Command ids are recognised for this long; an older command is refused with `COMMAND_EXPIRED` (design §3.11). */
const COMMAND_WINDOW_MS = 24 * 3_600_000;

export interface ExecutedPropertyCommand {
  readonly state: PropertyState;
  readonly sequence: number;
}

/** Properties as the log has them: small aggregates that any replica may change. */
export class PropertyLog {
  constructor(
    private readonly log: EventLog<PropertyEvent>,
    private readonly subjects: Subjects,
    private readonly clock: { nowMs(): number },
  ) {}

  /** @throws Refusal of the domain or of the command's id; Fault: the same command may be sent again */
  async execute(namespace: string, command: Command<PropertyCommand>): Promise<ExecutedPropertyCommand> {
    const aggregate = new Aggregate<PropertyState, PropertyCommand, PropertyEvent>({
      log: this.log,
      subject: this.subjects.property(namespace, command.body.propertyId),
      decider: { initialState: NO_PROPERTY, decide: decideProperty, evolve: evolveProperty },
      clock: this.clock,
      commandWindowMs: COMMAND_WINDOW_MS,
    });
    const { state, sequence } = await aggregate.execute(command);
    return { state, sequence };
  }
}
