import { encodeStructured, type OutgoingEvent } from '@drawdown/cloudevents';

/** Bytes of an event in an envelope, its comma included. */
export const eventSize = (event: OutgoingEvent): number => encodeStructured(event).data.byteLength + 1;
