import { PARTITIONS, type SubjectReader, type Subjects } from '@drawdown/eventlog';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { RecordedHits } from '../../application/commands/replay.js';
import { LIVE_LANE, type Hit } from '../../domain/index.js';
import { decodeHitsMessage } from './hit-message.js';

/** Hits of one property, read from all source partitions of DRAWDOWN_HITS. */
export class RecordedHitsReader implements RecordedHits {
  constructor(
    private readonly reader: SubjectReader,
    private readonly subjects: Subjects,
    private readonly manager: Pick<JetStreamManager, 'streams'>,
    private readonly streamName: string,
  ) {}

  async keptSinceMs(): Promise<number | undefined> {
    const { state } = await this.manager.streams.info(this.streamName);
    return state.first_seq <= 1 ? undefined : Date.parse(state.first_ts);
  }

  async *since(namespace: string, propertyId: string, sinceMs: number): AsyncGenerator<Hit> {
    for (let source = 0; source < PARTITIONS; source += 1) {
      for (const filter of this.subjects.filters('hits', source)) {
        const first = await this.reader.firstSince(filter, sinceMs);
        if (first !== undefined) yield* this.#hits(filter, first.sequence, namespace, propertyId);
      }
    }
  }

  async *#hits(filter: string, fromSequence: number, namespace: string, propertyId: string): AsyncGenerator<Hit> {
    for await (const message of this.reader.from(filter, fromSequence)) {
      const decoded = decodeHitsMessage(this.subjects, message);
      if (!decoded.ok || decoded.value.kind !== 'hits' || decoded.value.lane !== LIVE_LANE) continue;
      for (const hit of decoded.value.hits) if (hit.namespace === namespace && hit.propertyId === propertyId) yield hit;
    }
  }
}
