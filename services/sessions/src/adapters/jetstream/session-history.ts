import type { SubjectReader, Subjects } from '@drawdown/eventlog';
import { decodeHit, type Hit } from '../../domain/index.js';
import type { RecordedEntry, StateHistory } from '../../application/state/rebuild.js';
import { CHUNKS_WAIT_MS_MAX, Publications, type Publication } from '../../application/views/publications.js';
import { imagesOf, revisionKey } from '../../application/views/session-images.js';
import { decodeSessionMessage } from './session-decode.js';
import { chunkAt } from './session-log-access.js';

/**
 * What `DRAWDOWN_SESSIONS` has recorded of a state partition since a time of the server, in its order, up to now: whole publications with the hits
 * of their own messages, and the facts beside them (sessions §12.5). Messages that cannot be read were copied to the dead letters when they
 * were first read.
 */
export const recordedSessions = (reader: SubjectReader, subjects: Subjects): StateHistory['recorded'] =>
  async function* (state, sinceMs) {
    const [filter = ''] = subjects.filters('sessions', state);
    // A publication that ended since then may have begun before.
    const first = await reader.firstSince(filter, sinceMs - CHUNKS_WAIT_MS_MAX);
    if (first === undefined) return;
    const publications = new Publications({ readAgain: sequence => chunkAt({ reader, subjects }, sequence) });
    for await (const message of reader.from(filter, first.sequence)) {
      const { sequence, timeMs } = message;
      publications.giveUp(timeMs);
      const decoded = decodeSessionMessage(subjects, message);
      if (!decoded.ok) continue;
      const entry = decoded.value;
      if (entry.kind === 'chunk') publications.add(entry, { sequence, timeMs });
      if (entry.kind === 'closed') {
        const publication = await publications.take(entry);
        if (publication !== undefined && timeMs >= sinceMs) yield* closesOf(publication);
      }
      if (entry.kind === 'fact' && timeMs >= sinceMs) {
        const { namespace, propertyId } = entry.address;
        yield { kind: 'fact', fact: entry.fact, namespace, propertyId, timeMs };
      }
    }
  };

const closesOf = (publication: Publication): readonly RecordedEntry[] => {
  const { sessions, hits } = imagesOf(publication, 0, 0);
  const byRevision = new Map<string, Hit[]>();
  for (const image of hits) {
    const decoded = image.hits === 0 ? [] : Buffer.from(image.lines).toString().split('\n').map(decodeHit);
    byRevision.set(revisionKey(image), [...(byRevision.get(revisionKey(image)) ?? []), ...decoded]);
  }
  return sessions.map(({ header }) => ({
    kind: 'close',
    close: { lane: header.lane, header, hits: byRevision.get(revisionKey(header)) ?? [] },
  }));
};
