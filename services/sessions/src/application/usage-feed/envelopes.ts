import { DECODE_LIMITS, encodeBatch, type OutgoingEvent } from '@drawdown/cloudevents';
import type { UsageUnit } from './usage-events.js';

/** Events of customers of one partition and namespace, for one message. */
export interface UsageEnvelope {
  readonly namespace: string;
  readonly partition: number;
  readonly events: readonly OutgoingEvent[];
}

/** Bytes of one envelope, unless a single unit is larger. */
const ENVELOPE_BYTES_MAX = 512 * 1_024;

interface OpenEnvelope {
  readonly namespace: string;
  readonly partition: number;
  readonly events: OutgoingEvent[];
  bytes: number;
}

/** Packs units into as few envelopes as their limits allow, each unit whole in one of them. */
export const envelopesOf = (units: readonly UsageUnit[]): readonly UsageEnvelope[] => {
  const envelopes: OpenEnvelope[] = [];
  const open = new Map<string, OpenEnvelope>();
  for (const { namespace, partition, events } of units) {
    const key = JSON.stringify([namespace, partition]);
    const bytes = encodeBatch(events).data.byteLength;
    let envelope = open.get(key);
    if (envelope === undefined || !fits(envelope, events.length, bytes)) {
      envelope = { namespace, partition, events: [], bytes: 0 };
      open.set(key, envelope);
      envelopes.push(envelope);
    }
    envelope.events.push(...events);
    envelope.bytes += bytes;
  }
  return envelopes;
};

const fits = (envelope: OpenEnvelope, events: number, bytes: number): boolean =>
  envelope.bytes + bytes <= ENVELOPE_BYTES_MAX && envelope.events.length + events <= DECODE_LIMITS.eventsPerEnvelopeMax;
