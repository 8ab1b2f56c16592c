import { randomUUID } from 'node:crypto';
import { isFault, isRefusal } from '@drawdown/errors';
import { LogUnavailable, PARTITIONS, type Subjects } from '@drawdown/eventlog';
import type { JetStreamClient } from '@nats-io/jetstream';
import { headers as newHeaders } from '@nats-io/transport-node';
import type { HitPlace, PublishHits } from '../../application/hits/ports.js';
import type { Hit } from '../../domain/index.js';
import { encodeHits, encodeImportCompleted, type HitsOutgoing } from './hit-envelopes.js';

const PUBLISH_TIMEOUT_MS = 5_000;
/** CloudEvents `source` of what comes as a call. */
const PUBLISHED_BY = '/drawdown/sessions/publish-hits';

/** Publishes hits in envelopes of one partition each (sessions §12.1); every hit is durable when its place is answered. */
export class HitPublisher implements PublishHits {
  constructor(
    private readonly publisher: Pick<JetStreamClient, 'publish'>,
    private readonly subjects: Subjects,
  ) {}

  async publish(hits: readonly Hit[], lane: string, headers: Readonly<Record<string, string>>): Promise<readonly HitPlace[]> {
    const places = new Array<HitPlace | undefined>(hits.length);
    await Promise.all(
      encodeHits(this.subjects, hits, { source: PUBLISHED_BY, lane }).map(async envelope => {
        const place = await this.#send(envelope, headers);
        for (const index of envelope.indices) places[index] = place;
      }),
    );
    return places.map(place => {
      if (place === undefined) throw new Error('a hit lies in no envelope');
      return place;
    });
  }

  completeImport(namespace: string, lane: string): Promise<readonly HitPlace[]> {
    const id = randomUUID();
    const signals = Array.from({ length: PARTITIONS }, (_, partition) =>
      encodeImportCompleted(this.subjects, partition, { namespace, lane, source: PUBLISHED_BY, id }),
    );
    return Promise.all(signals.map(signal => this.#send(signal, {})));
  }

  async #send({ subject, partition, headers, data }: HitsOutgoing, more: Readonly<Record<string, string>>): Promise<HitPlace> {
    const natsHeaders = newHeaders();
    for (const [name, value] of [...Object.entries(more), ...headers]) natsHeaders.set(name, value);
    try {
      const { seq } = await this.publisher.publish(subject, data, { headers: natsHeaders, timeout: PUBLISH_TIMEOUT_MS });
      return { partition, sequence: seq };
    } catch (error) {
      if (isFault(error) || isRefusal(error)) throw error;
      throw new LogUnavailable(subject, error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
}
