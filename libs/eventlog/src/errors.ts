import { Fault, Refusal } from '@drawdown/errors';

/** One decision, or one message, is larger than the server or the stream takes. Thrown before anything is stored. */
export class EventTooLarge extends Refusal {
  override readonly name = 'EventTooLarge';

  constructor(subject: string, sizeBytes: number, sizeBytesMax: number, options?: ErrorOptions) {
    super(
      'EVENT_TOO_LARGE',
      `${sizeBytes} bytes for ${subject}, at most ${sizeBytesMax} are taken`,
      { subject, sizeBytes: String(sizeBytes), sizeBytesMax: String(sizeBytesMax) },
      [],
      options,
    );
  }
}

/** The stream has reached its size limit and refuses new messages until somebody makes room. */
export class StreamFull extends Fault {
  override readonly name = 'StreamFull';

  constructor(stream: string, detail: string, options?: ErrorOptions) {
    super('STREAM_FULL', `stream ${stream} takes no more messages: ${detail}`, { stream, detail }, options);
  }
}

/** No stream takes the subject, or JetStream does not answer at all. Nothing was stored. */
export class StreamMissing extends Fault {
  override readonly name = 'StreamMissing';

  constructor(stream: string, subject: string, options?: ErrorOptions) {
    super('STREAM_MISSING', `no stream answered for ${subject}; is ${stream} provisioned?`, { stream, subject }, options);
  }
}

/** The log could not be asked, or did not answer in time. After an append the outcome is unknown: repeat with the same command id. */
export class LogUnavailable extends Fault {
  override readonly name = 'LogUnavailable';

  constructor(subject: string, detail: string, options?: ErrorOptions) {
    super('LOG_UNAVAILABLE', `the event log did not answer for ${subject}: ${detail}`, { subject, detail }, options);
  }
}

/** A stream on the server is weaker than, or other than, the table of design §4.1 says. */
export class StreamNotAsDeclared extends Refusal {
  override readonly name = 'StreamNotAsDeclared';

  constructor(stream: string, field: string, declared: string, found: string) {
    super('STREAM_NOT_AS_DECLARED', `${stream}: ${field} should be ${declared} and is ${found}`, { stream, field, declared, found });
  }
}

/** Older servers ignore expectations and options that correctness rests on, without a word (design §9). */
export class ServerTooOld extends Refusal {
  override readonly name = 'ServerTooOld';

  constructor(found: string, needed: string) {
    super('SERVER_TOO_OLD', `the NATS server is ${found}, ${needed} or newer is needed`, { found, needed });
  }
}
