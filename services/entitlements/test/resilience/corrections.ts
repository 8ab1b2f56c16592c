import { EnvelopeCodec, isUnknownEvent, streamTable, SubjectReader } from '@drawdown/eventlog';
import type { TestDeployment } from '@drawdown/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { customerEvents } from '../../src/adapters/jetstream/customer-events.js';
import type { CustomerEvent } from '../../src/domain/index.js';

/** A correction as the ledger has it; entitlements go by their customer, because their ids are new in each run. */
export interface ToldCorrection {
  readonly customer: string;
  readonly from: number;
  readonly before: string;
  readonly after: string;
  /** The message of the usage stream that changed the balance. */
  readonly usageSequence: number;
}

/** Every correction that stands in `DRAWDOWN_ENTITLEMENTS`, in the order of customer and usage; one that was announced twice is there twice. */
export const correctionsOf = async ({ nats, prefix }: TestDeployment, namespace: string): Promise<readonly ToldCorrection[]> => {
  const reader = new SubjectReader(await jetstreamManager(nats), 'entitlements', streamTable(prefix).entitlements.name);
  const codec = new EnvelopeCodec<CustomerEvent>(customerEvents);
  const told: ToldCorrection[] = [];
  for await (const message of reader.from(`${prefix}.entitlements.*.${namespace}.*`, 1)) {
    for (const event of codec.decode(message).decisions.flatMap(({ events }) => events)) {
      if (isUnknownEvent(event) || event.type !== 'balance-corrected') continue;
      const { from, before, after, usageSequence } = event;
      told.push({ customer: message.subject.split('.').at(-1) ?? '', from, before: String(before), after: String(after), usageSequence });
    }
  }
  return told.sort((left, right) => left.customer.localeCompare(right.customer) || left.usageSequence - right.usageSequence);
};
