import { Aggregate, type Command, type EventLog, type Subjects } from '@drawdown/eventlog';
import {
  decideEntry,
  EMPTY_ENTRY,
  evolveEntry,
  isArchived,
  type CatalogCommand,
  type CatalogEntry,
  type CatalogEvent,
  type Meter,
} from '../../domain/index.js';
import { COMMAND_WINDOW_MS } from '../accounts/open-aggregate.js';
import type { Catalog, CatalogAddress } from './catalog.js';

export interface ExecutedCatalogCommand {
  readonly entry: CatalogEntry;
  readonly sequence: number;
}

/** The catalogue as the log has it: any replica may change it, and who must know the newest reads it here. */
export class CatalogLog {
  constructor(
    private readonly log: EventLog<CatalogEvent>,
    private readonly subjects: Subjects,
    private readonly clock: { nowMs(): number },
    private readonly catalog: Catalog,
  ) {}

  /** @throws Refusal of the domain or of the command's id; Fault: the same command may be sent again */
  async execute(address: CatalogAddress, command: Command<CatalogCommand>): Promise<ExecutedCatalogCommand> {
    const { state, sequence } = await this.#open(address).execute(command);
    return { entry: state, sequence };
  }

  /** A feature and its meter, from memory where they are known there, else from the log. */
  async lookUpFeature(namespace: string, key: string): Promise<{ readonly feature: CatalogEntry; readonly meter: Meter | undefined }> {
    const feature = await this.lookUp({ namespace, kind: 'feature', key });
    const meterKey = feature.feature?.meterKey;
    const meter = meterKey === undefined ? EMPTY_ENTRY : await this.lookUp({ namespace, kind: 'meter', key: meterKey });
    return { feature, meter: meter.meter };
  }

  async lookUp(address: CatalogAddress): Promise<CatalogEntry> {
    const known = this.catalog.entry(address);
    if (known !== EMPTY_ENTRY && !isArchived(known)) return known;
    const aggregate = this.#open(address);
    await aggregate.load();
    return aggregate.state;
  }

  #open({ namespace, kind, key }: CatalogAddress): Aggregate<CatalogEntry, CatalogCommand, CatalogEvent> {
    return new Aggregate({
      log: this.log,
      subject: this.subjects.catalog(namespace, kind, key),
      decider: { initialState: EMPTY_ENTRY, decide: decideEntry, evolve: evolveEntry },
      clock: this.clock,
      commandWindowMs: COMMAND_WINDOW_MS,
    });
  }
}
