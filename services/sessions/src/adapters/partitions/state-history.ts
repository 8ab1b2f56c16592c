import type { StoredMessage, SubjectReader, StreamKey, Subjects } from '@drawdown/eventlog';
import { PartitionReader } from '@drawdown/partitions';
import type { NatsConnection } from '@nats-io/transport-node';
import type { SourceMessage } from '../../application/ingest/source-message.js';
import type { StateHistory } from '../../application/state/rebuild.js';
import { decodeHitsMessage } from '../jetstream/hit-message.js';
import { refusedSince } from '../jetstream/refused-hits.js';
import { originOf } from '../../application/erasure/rewritten.js';
import { recordedSessions } from '../jetstream/session-history.js';
import { CONTEXT, hitsInput, SOURCE_READ_LIMITS } from './platform.js';

export interface StateHistoryOptions {
  readonly nats: NatsConnection;
  readonly subjects: Subjects;
  readonly readerOf: (stream: StreamKey) => SubjectReader;
  readonly isSetAside: (stream: StreamKey, sequence: number) => boolean;
}

/** The streams as a rebuild of a state partition reads them (sessions §12.5). */
export const stateHistory = ({ nats, subjects, readerOf, isSetAside }: StateHistoryOptions): StateHistory => {
  const hits = readerOf('hits');
  const ofFilters = async <T>(source: number, ask: (filter: string) => Promise<T>): Promise<readonly T[]> =>
    Promise.all(subjects.filters('hits', source).map(ask));
  return {
    recorded: recordedSessions(readerOf('sessions'), subjects),
    lastOf: async source => Math.max(...(await ofFilters(source, filter => hits.lastSequence(filter)))),
    firstSince: async (source, sinceMs) => {
      const first = await ofFilters(source, filter => hits.firstSince(filter, sinceMs));
      const found = first.flatMap(message => (message === undefined ? [] : [message.sequence]));
      return found.length === 0 ? undefined : Math.min(...found);
    },
    timeOf: async sequence => (await hits.at(sequence))?.timeMs,
    refusedSince: sinceMs => refusedSince(readerOf('deadletters'), subjects.deadletters(CONTEXT), sinceMs),
    read: async (source, fromSequence, throughSequence, apply) => {
      const reader = new PartitionReader<SourceMessage | undefined>({
        nats,
        prefix: subjects.prefix,
        service: CONTEXT,
        partition: source,
        inputs: [hitsInput(subjects)],
        isSetAside,
        limits: SOURCE_READ_LIMITS,
        processor: {
          // What cannot be read was copied to the dead letters when it was first read.
          decode: message => {
            const decoded = decodeHitsMessage(subjects, message);
            return { ok: true, value: decoded.ok ? decoded.value : undefined };
          },
          apply: batch =>
            apply(
              batch
                .filter(({ message }) => message.sequence <= throughSequence)
                .map(({ message, value }) => ({ message: asFirst(message), value })),
            ),
        },
      });
      await reader.start({ hits: fromSequence - 1 });
      try {
        await reader.reached('hits', throughSequence);
      } finally {
        await reader.stop();
      }
    },
  };
};

/** One that an erasure has written again counts at the time at which it first came. */
const asFirst = (message: StoredMessage): StoredMessage => ({ ...message, timeMs: originOf(message).timeMs });
