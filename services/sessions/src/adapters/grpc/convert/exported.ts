import type { ExportClientResponse } from '@drawdown/proto/sessions';
import type { Exported } from '../../../application/export/person-export.js';
import type { PersonLetter } from '../../../application/export/ports.js';
import type { Hit } from '../../../domain/index.js';
import { toApiHit } from './hits.js';
import { toApiTimestamp } from './instants.js';
import { toApiSession } from './sessions.js';

/** A session or dead letter, and after it the hits in it. */
export function* toApiExported(exported: Exported): Generator<ExportClientResponse> {
  if (exported.kind === 'session') {
    const { session, hits } = exported.found;
    yield { item: { $case: 'session', value: toApiSession(session) } };
    yield* toApiHits(hits);
  } else {
    const { events, hits } = exported.letter;
    // A part of a parked session has no events: its hits follow.
    for (const event of events.length === 0 ? [new Uint8Array()] : events) yield toApiLetter(exported.letter, event);
    yield* toApiHits(hits);
  }
}

function* toApiHits(hits: readonly Hit[]): Generator<ExportClientResponse> {
  for (const hit of hits) yield { item: { $case: 'hit', value: toApiHit(hit) } };
}

const toApiLetter = ({ sequence, reason, timeMs }: PersonLetter, event: Uint8Array): ExportClientResponse => ({
  item: { $case: 'deadLetter', value: { sequence, reason, time: toApiTimestamp(timeMs), event: Buffer.from(event) } },
});
