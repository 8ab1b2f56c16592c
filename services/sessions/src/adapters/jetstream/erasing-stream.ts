import { LogUnavailable, type StoredMessage, type SubjectReader } from '@drawdown/eventlog';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { headers as newHeaders } from '@nats-io/transport-node';

const PUBLISH_TIMEOUT_MS = 5_000;
const MS_PER_SECOND = 1_000;

export interface ErasingStreamOptions {
  readonly publisher: Pick<JetStreamClient, 'publish'>;
  readonly manager: Pick<JetStreamManager, 'streams'>;
  readonly streamName: string;
  readonly reader: SubjectReader;
}

export interface MessageInstead {
  readonly subject: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly data: Uint8Array;
  readonly messageId?: string;
  /** It goes when the one that it stands for would have gone. */
  readonly lifeMs?: number;
}

/** One stream out of which messages are taken for good. */
export class ErasingStream {
  constructor(private readonly options: ErasingStreamOptions) {}

  get reader(): SubjectReader {
    return this.options.reader;
  }

  /** Deletes a message and overwrites its bytes on disk; one that is gone already is none the worse. */
  async erase({ sequence }: Pick<StoredMessage, 'sequence'>): Promise<void> {
    const { manager, streamName, reader } = this.options;
    try {
      await manager.streams.deleteMessage(streamName, sequence, true);
    } catch (error) {
      if ((await reader.at(sequence)) !== undefined) throw unavailable(`message ${sequence}`, error);
    }
  }

  /** @returns sequence */
  async append({ subject, headers, data, messageId, lifeMs }: MessageInstead): Promise<number> {
    const sent = newHeaders();
    for (const [name, value] of headers) sent.set(name, value);
    if (lifeMs !== undefined) sent.set('Nats-TTL', `${Math.max(1, Math.ceil(lifeMs / MS_PER_SECOND))}s`);
    try {
      const options = { headers: sent, timeout: PUBLISH_TIMEOUT_MS, ...(messageId === undefined ? {} : { msgID: messageId }) };
      return (await this.options.publisher.publish(subject, data, options)).seq;
    } catch (error) {
      throw unavailable(subject, error);
    }
  }
}

const unavailable = (about: string, error: unknown): LogUnavailable =>
  new LogUnavailable(about, error instanceof Error ? error.message : String(error), { cause: error });
