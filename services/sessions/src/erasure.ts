import { ErasingStream } from './adapters/jetstream/erasing-stream.js';
import { HitErasure } from './adapters/jetstream/erasure-hits.js';
import { LetterErasure } from './adapters/jetstream/erasure-letters.js';
import { PublicationErasure } from './adapters/jetstream/erasure-publications.js';
import type { SessionCommands } from './adapters/jetstream/session-commands.js';
import { SessionPublisher } from './adapters/jetstream/session-publisher.js';
import { SessionUsagePositions } from './adapters/jetstream/session-usage-positions.js';
import { CONTEXT } from './adapters/partitions/platform.js';
import { Erasure } from './application/erasure/erasure.js';
import type { Replica } from './start.js';

const NANOS_PER_MS = 1_000_000;

/** Forgetting one person, on the servers of this replica (sessions §15.11). */
export const erasureOf = async (
  { configuration, connections, store, views, properties }: Replica,
  facts: SessionCommands,
): Promise<Erasure> => {
  const { nats, subjects, streams, clock, manager, publisher, readerOf, incarnations } = connections;
  const nowMs = (): number => clock.nowMs();
  const streamOf = (key: 'hits' | 'sessions' | 'deadletters'): ErasingStream =>
    new ErasingStream({ publisher, manager, streamName: streams[key].name, reader: readerOf(key) });
  const { config } = await manager.streams.info(streams.hits.name);
  const usage = await SessionUsagePositions.open(nats, configuration.prefix, incarnations.sessions ?? '');
  return new Erasure({
    facts,
    timeOf: async sequence => (await readerOf('sessions').at(sequence))?.timeMs,
    store,
    hits: new HitErasure({ stream: streamOf('hits'), subjects, maxAgeMs: config.max_age / NANOS_PER_MS, nowMs }),
    publications: new PublicationErasure({ stream: streamOf('sessions'), subjects, usageUpTo: state => usage.read(state) }),
    letters: new LetterErasure({ stream: streamOf('deadletters'), subjects, service: CONTEXT }),
    sessionLog: new SessionPublisher({ publisher, subjects }),
    queries: views.queries,
    folded: state => views.folded(state),
    sourceOf: ({ namespace, propertyId }, clientId) => subjects.hitPartition(namespace, propertyId, clientId),
    replaysOf: async property => {
      await properties.current();
      return properties.replaysOf(property);
    },
    nowMs,
  });
};
