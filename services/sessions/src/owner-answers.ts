import type { SessionViews } from './adapters/mongo/session-views.js';
import type { OwnerAnswers } from './adapters/partitions/owner-calls.js';
import type { Partitions } from './adapters/partitions/partitions.js';
import type { Engine } from './engine.js';

/** Differences of an audit that are told; their number is told in full. */
const DIFFERENCES_TOLD_MAX = 100;

/** What this replica answers about the partitions that it owns. */
export const answersOf = (engine: Engine, views: SessionViews, partitions: () => Partitions): OwnerAnswers => ({
  status: partition => {
    const sources = partitions().host.reader(partition)?.status();
    const documents = views.status(partition);
    const streams = [...(sources?.inputs ?? []), ...(documents?.inputs ?? [])];
    const waiting = sources?.waiting ?? documents?.waiting;
    return {
      probe: engine.probeStatus(partition),
      streams: streams.map(({ stream, watermark, lag }) => ({ stream, watermark, lagMessages: lag ?? 0 })),
      waiting:
        waiting === undefined
          ? undefined
          : { stream: waiting.stream, sequence: waiting.sequence, reason: waiting.reason, sinceMs: waiting.sinceMs },
    };
  },
  checkDue: partition => engine.checkDue(partition),
  audit: async partition => {
    const { documents, differences } = await views.audit(partition);
    return { documents, differenceCount: differences.length, differences: differences.slice(0, DIFFERENCES_TOLD_MAX) };
  },
  repair: async partition => {
    const { differences } = await views.audit(partition);
    if (differences.length === 0) return 0;
    // Documents are disposable: new ones are folded beside those that are read, and then read instead.
    for await (const step of views.rebuild()) if (step.done) break;
    return differences.length;
  },
  stateLost: (partition, loss) => engine.stateLost(partition, loss),
});
