import { ExactNumber, UnencodableEvent, encodeStructured, type OutgoingEvent } from '@drawdown/cloudevents';
import { isRefusal } from '@drawdown/errors';
import { encodeToken, partitionOf, percentEncode } from '@drawdown/eventlog';
import type { SessionHeader, SessionUsage } from '../../domain/index.js';

/** Takes back an event of usage; `data` is the source and id of the one that is to count no longer (entitlements §19.5). */
const USAGE_CANCELLED_TYPE = 'drawdown.usage.event.cancelled.v1';

/** What one revision of a session says to the customers of one partition; it stays together in one message (design §5, 1). */
export interface UsageUnit {
  readonly namespace: string;
  /** Partition of (namespace, customer). */
  readonly partition: number;
  readonly events: readonly OutgoingEvent[];
}

export interface SessionUsageEvents {
  readonly units: readonly UsageUnit[];
  /** Usage whose customer's key no subject or event can hold: nobody could be charged. */
  readonly withoutCustomer: number;
}

/**
 * The usage of one revision: what the revision before was worth is taken back, what this one is worth counts. Ids, source and time follow from the
 * session alone, so that published again, in whatever order, it counts once.
 */
export const usageEventsOf = (header: SessionHeader): SessionUsageEvents => {
  const byPartition = new Map<number, OutgoingEvent[]>();
  let withoutCustomer = 0;
  const add = (usage: SessionUsage, event: OutgoingEvent): void => {
    const partition = isEncodable(event) ? customerPartition(header.namespace, usage.customer) : undefined;
    if (partition === undefined) withoutCustomer += 1;
    else byPartition.set(partition, [...(byPartition.get(partition) ?? []), event]);
  };
  for (const cancelled of header.cancels) add(cancelled, cancellation(header, cancelled));
  for (const usage of header.usage) add(usage, usageEvent(header, usage));
  const { namespace } = header;
  return { units: [...byPartition].map(([partition, events]) => ({ namespace, partition, events })), withoutCustomer };
};

/** With the id it names an event within a customer, so it must never change. */
const usageSourceOf = (propertyId: string): string => `/drawdown/sessions/${percentEncode(propertyId)}`;

const usageEvent = (header: SessionHeader, { id, customer, eventType, value }: SessionUsage): OutgoingEvent => ({
  id,
  source: usageSourceOf(header.propertyId),
  type: eventType,
  subject: customer,
  time: new Date(header.startedAtMs).toISOString(),
  data: { value: new ExactNumber(value) },
});

const cancellation = (header: SessionHeader, { id, customer }: SessionUsage): OutgoingEvent => {
  const source = usageSourceOf(header.propertyId);
  return { id: `${id}:cancelled`, source, type: USAGE_CANCELLED_TYPE, subject: customer, data: { source, id } };
};

/** User ids and client ids may hold characters that no event may; one such visitor must not hold up a partition. */
const isEncodable = (event: OutgoingEvent): boolean => {
  try {
    encodeStructured(event);
    return true;
  } catch (error) {
    if (error instanceof UnencodableEvent) return false;
    throw error;
  }
};

const customerPartition = (namespace: string, customer: string): number | undefined => {
  try {
    return partitionOf(encodeToken(namespace), encodeToken(customer));
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
};
