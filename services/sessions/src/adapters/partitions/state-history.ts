import { isFault } from '@drawdown/errors';
import type { StoredMessage, SubjectReader, StreamKey, Subjects } from '@drawdown/eventlog';
import { PartitionReader, type PartitionObserver } from '@drawdown/partitions';
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
  /** Hears of it when reading again waits for something. */
  readonly observer: PartitionObserver;
}

/** The streams as a rebuild of a state partition reads them (sessions §12.5). */
export const stateHistory = ({ nats, subjects, readerOf, isSetAside, observer }: StateHistoryOptions): StateHistory => {
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
      const givingUp = new AbortController();
      const reader = new PartitionReader<SourceMessage | undefined>({
        nats,
        prefix: subjects.prefix,
        service: CONTEXT,
        partition: source,
        inputs: [hitsInput(subjects)],
        isSetAside,
        observer,
        limits: SOURCE_READ_LIMITS,
        processor: {
          // What cannot be read was copied to the dead letters when it was first read.
          decode: message => {
            const decoded = decodeHitsMessage(subjects, message);
            return { ok: true, value: decoded.ok ? decoded.value : undefined };
          },
          apply: async batch => {
            const wanted = batch.filter(({ message }) => message.sequence <= throughSequence);
            try {
              await apply(wanted.map(({ message, value }) => ({ message: asFirst(message), value })));
            } catch (error) {
              // Redis was emptied again, or another rebuild has begun: to try the same again would never help.
              if (isFault(error) && error.reason === 'STATE_LOST') givingUp.abort(error);
              throw error;
            }
          },
        },
      });
      await reader.start({ hits: fromSequence - 1 });
      try {
        await reader.reached('hits', throughSequence, givingUp.signal);
      } finally {
        await reader.stop();
      }
    },
  };
};

/** One that an erasure has written again counts at the time at which it first came. Messages are read lazily: a spread would lose what they say. */
const asFirst = (message: StoredMessage): StoredMessage => {
  const { stream, subject, sequence, headers, data } = message;
  return { stream, subject, sequence, headers, data, timeMs: originOf(message).timeMs };
};
