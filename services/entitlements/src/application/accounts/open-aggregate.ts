import { Aggregate, type EventLog, type Subjects } from '@drawdown/eventlog';
import {
  decideCustomer,
  evolveCustomer,
  NEW_CUSTOMER,
  type Customer,
  type CustomerCommand,
  type CustomerEvent,
} from '../../domain/index.js';
import { commandIndex } from '../ledger/command-ids.js';
import type { EventIds } from '../usage/event-ids.js';
import type { AggregateFrom } from './accounts.js';

/** Command ids are recognised for this long; an older command is refused with `COMMAND_EXPIRED` (design §3.11). */
export const COMMAND_WINDOW_MS = 24 * 3_600_000;

export interface LedgerPorts {
  readonly log: EventLog<CustomerEvent>;
  readonly subjects: Subjects;
  readonly clock: { nowMs(): number };
  readonly ids: EventIds;
}

/** The aggregate of a customer as the documents have it. They hold everything up to the watermark, and the consumer delivers the rest. */
export const aggregateFrom =
  ({ log, subjects, clock, ids }: LedgerPorts): AggregateFrom =>
  (key, stored) =>
  onFolded =>
    new Aggregate<Customer, CustomerCommand, CustomerEvent>({
      log,
      subject: subjects.customer(key.namespace, key.customer),
      decider: { initialState: NEW_CUSTOMER, decide: decideCustomer, evolve: evolveCustomer },
      clock,
      commandWindowMs: COMMAND_WINDOW_MS,
      commands: commandIndex(ids, key),
      snapshotIsCurrent: true,
      onFolded,
      snapshot: {
        state: stored?.customer ?? NEW_CUSTOMER,
        sequence: stored?.ledgerSequence ?? 0,
        timeMs: stored?.customer.changedAt ?? 0,
      },
    });
