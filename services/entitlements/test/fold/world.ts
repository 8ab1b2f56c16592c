import { encodeBatch, type OutgoingEvent } from '@drawdown/cloudevents';
import { formatInstant, type InstantMs } from '@drawdown/calendar';
import { Aggregate, isUnknownEvent, MemoryEventLog, MemoryStorage, Subjects, type StoredMessage } from '@drawdown/eventlog';
import { FoldedDocuments } from '../../src/adapters/mongo/folded-documents.js';
import { customerEvents } from '../../src/adapters/jetstream/customer-events.js';
import { Catalog, meterId } from '../../src/application/catalog/catalog.js';
import { ledgerHeaders } from '../../src/application/ledger/ledger-message.js';
import { decodeInput } from '../../src/application/partition/input.js';
import { PartitionOwner } from '../../src/application/partition/partition-owner.js';
import { decodeUsageMessage, USAGE_CANCELLED_TYPE } from '../../src/application/usage/usage-message.js';
import type { UsageEffect } from '../../src/application/usage/usage-observer.js';
import {
  decideCustomer,
  evolveCustomer,
  NEW_CUSTOMER,
  type BalanceCorrected,
  type CustomerCommand,
  type Meter,
} from '../../src/domain/index.js';

export const NAMESPACE = 'demo';
export const CUSTOMER = 'acme';
const METER: Meter = { key: 'tokens', eventType: 'llm.call', aggregation: 'SUM', valuePath: '$.tokens', groupBy: {} };

/** A usage event as a test thinks of it. */
export interface TestEvent {
  readonly id: string;
  readonly at: InstantMs;
  readonly tokens?: string;
  /** Id of the event that this one takes back. */
  readonly cancels?: string;
}

/** The two streams of one partition in memory, and owners that are folded from them. */
export class World {
  readonly subjects = new Subjects('test');
  readonly usage: StoredMessage[] = [];
  readonly effects: UsageEffect[] = [];
  readonly #storage = new MemoryStorage();
  readonly #log = new MemoryEventLog({ registry: customerEvents, storage: this.#storage, stream: 'entitlements', nowMs: () => this.nowMs });
  readonly #catalog = new Catalog();
  nowMs: InstantMs = 0;

  constructor() {
    const address = { namespace: NAMESPACE, kind: 'meter', key: METER.key } as const;
    this.#catalog.apply(address, [{ event: { type: 'meter-created', meter: METER }, at: 0 }], 1);
  }

  /** Records a command of the customer in the ledger. */
  async command(at: InstantMs, id: string, body: CustomerCommand): Promise<void> {
    this.nowMs = at;
    const aggregate = new Aggregate({
      log: this.#log,
      subject: this.subjects.customer(NAMESPACE, CUSTOMER),
      decider: { initialState: NEW_CUSTOMER, decide: decideCustomer, evolve: evolveCustomer },
      clock: { nowMs: () => this.nowMs },
      commandWindowMs: 86_400_000,
    });
    const headers = ledgerHeaders({ namespace: NAMESPACE, customer: CUSTOMER });
    await aggregate.execute({ id, createdAtMs: at, body, bodyHash: 'test', headers });
  }

  /** A message of the usage stream that arrives at an instant. */
  publish(arrivedAt: InstantMs, events: readonly TestEvent[]): void {
    const { headers, data } = encodeBatch(events.map(toCloudEvent));
    this.usage.push({
      stream: 'usage',
      subject: this.subjects.usageBatch(this.subjects.customerPartition(NAMESPACE, CUSTOMER), NAMESPACE),
      sequence: this.usage.length + 1,
      timeMs: arrivedAt,
      headers,
      data,
    });
  }

  /** The ledger stream, oldest first. */
  get ledger(): readonly StoredMessage[] {
    return this.#storage.messages;
  }

  /** Every correction that was announced. */
  get corrections(): readonly BalanceCorrected[] {
    return this.ledger.flatMap(message =>
      this.#log
        .decode(message)
        .decisions.flatMap(({ events }) =>
          events.filter((event): event is BalanceCorrected => !isUnknownEvent(event) && event.type === 'balance-corrected'),
        ),
    );
  }

  newDocuments(): FoldedDocuments {
    return new FoldedDocuments(this.subjects.customerPartition(NAMESPACE, CUSTOMER), new Set([meterId(NAMESPACE, METER.key)]));
  }

  /** An owner over these documents, as after a start: what it had in memory before is gone. */
  ownerOver(documents: FoldedDocuments, announcedThrough = Number.POSITIVE_INFINITY): PartitionOwner {
    return new PartitionOwner({
      store: documents,
      log: this.#log,
      findEvent: async ({ sequence, index }) => {
        const message = this.usage[sequence - 1];
        const decoded = message === undefined ? undefined : decodeUsageMessage(this.subjects, message);
        return decoded?.ok === true ? decoded.value.events.find(event => event.index === index) : undefined;
      },
      catalog: this.#catalog,
      subjects: this.subjects,
      clock: { nowMs: () => this.nowMs },
      observer: { onEffect: effect => this.effects.push(effect) },
      isHeld: () => true,
      announcedThrough: () => announcedThrough,
    });
  }

  async apply(owner: PartitionOwner, messages: readonly StoredMessage[]): Promise<void> {
    await owner.apply(
      messages.map(message => {
        const decoded = decodeInput(this.subjects, this.#log, message);
        return { message, value: decoded.ok ? decoded.value : undefined };
      }),
    );
  }
}

const SOURCE = '/test';

const toCloudEvent = ({ id, at, tokens, cancels }: TestEvent): OutgoingEvent => ({
  id,
  source: SOURCE,
  type: cancels === undefined ? METER.eventType : USAGE_CANCELLED_TYPE,
  subject: CUSTOMER,
  time: formatInstant(at),
  data: cancels === undefined ? { tokens: tokens ?? '1' } : { source: SOURCE, id: cancels },
});

/** Everything that the documents say, in one comparable text. */
export const textOf = (documents: FoldedDocuments): string =>
  JSON.stringify(
    [...documents.documents].map(([name, byId]) => [name, [...byId.values()].sort((left, right) => (left._id < right._id ? -1 : 1))]),
  );
