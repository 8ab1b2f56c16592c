/** Bounds of what is read from the wire; a deployment may lower them, never by message. */
export interface DecodeLimits {
  /** Largest message, all of its events together. */
  readonly messageBytesMax: number;
  /** Largest single event: its JSON text inside an envelope, its payload outside of one. */
  readonly eventBytesMax: number;
  readonly eventsPerEnvelopeMax: number;
  /** Objects and arrays inside each other, the event itself being the first. */
  readonly nestingDepthMax: number;
}

/** NATS carries 1 MiB by default; an event of usage is a few hundred bytes. */
export const DECODE_LIMITS: DecodeLimits = {
  messageBytesMax: 1_048_576,
  eventBytesMax: 65_536,
  eventsPerEnvelopeMax: 1_000,
  nestingDepthMax: 32,
};
