import { Fault } from '@drawdown/errors';
import * as fc from 'fast-check';
import { FoldedViews } from '../../src/adapters/mongo/folded-views.js';
import { contentHashOf, digestOf } from '../../src/adapters/jetstream/session-messages.js';
import type { Erasure } from '../../src/application/views/erasure.js';
import type { SessionImages } from '../../src/application/views/session-images.js';
import type { ChunkEntry, SessionChunk } from '../../src/application/views/session-log.js';
import { SessionViewFold, type LoggedEntry } from '../../src/application/views/session-view-fold.js';
import { clientKey, encodeHit, type Hit, type SessionHeader } from '../../src/domain/index.js';
import { ADDRESS, header, START_MS } from './given.js';
import { hit } from './hits.js';

/** Documents that outlive a fold, and a database that goes away at one of the calls: before or after the effect. */
class MortalViews extends FoldedViews {
  override watermark = 0;
  override erasures: readonly Erasure[] = [];
  calls = 0;
  diesAt = { call: Number.POSITIVE_INFINITY, isAfter: false };

  override flush(images: SessionImages): Promise<void> {
    return this.#mortal(() => super.flush(images));
  }

  override storeErasure(erasure: Erasure): Promise<void> {
    return this.#mortal(async () => {
      await super.storeErasure(erasure);
      this.erasures = [...this.erasures, erasure];
    });
  }

  override writeWatermark(sequence?: number): Promise<void> {
    return this.#mortal(() => {
      this.watermark = Math.max(this.watermark, sequence ?? 0);
      return Promise.resolve();
    });
  }

  get documents(): unknown {
    const sorted = (documents: ReadonlyMap<string, unknown>): unknown =>
      Object.fromEntries([...documents].sort(([a], [b]) => (a < b ? -1 : 1)));
    return { sessions: sorted(this.sessions), hits: sorted(this.hits), erased: sorted(this.erased) };
  }

  async #mortal(effect: () => Promise<void>): Promise<void> {
    this.calls += 1;
    const dies = this.calls === this.diesAt.call;
    if (dies && !this.diesAt.isAfter) throw new Fault('PROJECTION_UNAVAILABLE', 'gone');
    await effect();
    if (dies) throw new Fault('PROJECTION_UNAVAILABLE', 'gone after all');
  }
}

type Entry = NonNullable<LoggedEntry['entry']>;

const logged = (entry: Entry, index: number): LoggedEntry => ({ sequence: index + 1, timeMs: START_MS + index, entry });

/** As it is read from the stream, but with a chunk for each hit. */
const inChunks = (closeId: string, of: SessionHeader, hits: readonly Hit[]): readonly Entry[] => {
  const { sessionId, revision } = of;
  const entries = hits.map((each, place): ChunkEntry => {
    const about = place === 0 ? { header: of } : { of: { sessionId, revision } };
    return { ...about, hits: 1, lines: encodeHit(each) };
  });
  const digests = entries.map(({ lines }) => digestOf(lines));
  const contentHash = contentHashOf(digests);
  const shortHash = contentHash.slice(0, 16);
  return [
    ...entries.map((entry, place): Entry => {
      const digest = digests[place] ?? Buffer.of();
      return { kind: 'chunk', closeId, shortHash, place, digest, bytes: entry.lines.length, entries: [entry] };
    }),
    { kind: 'closed', closeId, chunks: hits.length, sessions: 1, contentHash },
  ];
};

/** Six publications of three sessions with their revisions, each of several chunks, and the erasure of one client. */
const publications = [0, 1, 2].flatMap(number =>
  [1, 2].map(revision => {
    const hits = [0, 1, 2].map(index =>
      hit(`s${number}-${revision}-${index}`, { clientId: `c${number}`, receivedAtMs: START_MS + 1_000 * index - 10_000 }),
    );
    const of = header(`s${number}`, {
      revision,
      kind: revision === 1 ? 'closed' : 'amended',
      clientKeys: [clientKey('demo', 'shop', `c${number}`)],
      clientId: `c${number}`,
      startedAtMs: START_MS - 10_000,
      continues: revision === 1 ? [] : [{ sessionId: `s${number}`, revision: 1 }],
    });
    return inChunks(`k.${number}${revision}`, of, hits);
  }),
);
const erasure: Entry = {
  kind: 'fact',
  commandId: 'erase',
  address: ADDRESS,
  fact: { type: 'erased', clientKeys: [clientKey('demo', 'shop', 'c1')], userKeys: [] },
};

/** Any interleaving in which the chunks of a publication come before its last message; some publications come twice. */
const interleaving = fc
  .tuple(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 0, 3], { minLength: 6 }), fc.infiniteStream(fc.nat()), fc.nat())
  .map(([order, choices, place]) => {
    const queues = order.map(index => [...(publications[index] ?? [])]);
    const messages: Entry[] = [];
    for (let left = queues.filter(queue => queue.length > 0); left.length > 0; left = queues.filter(queue => queue.length > 0)) {
      const next = left[(choices.next().value ?? 0) % left.length]?.shift();
      if (next !== undefined) messages.push(next);
    }
    messages.splice(place % (messages.length + 1), 0, erasure);
    return messages.map(logged);
  });

const inBatches = (entries: readonly LoggedEntry[], size: number): readonly (readonly LoggedEntry[])[] =>
  Array.from({ length: Math.ceil(entries.length / size) }, (_, index) => entries.slice(index * size, (index + 1) * size));

const chunkIn =
  (entries: readonly LoggedEntry[]) =>
  (sequence: number): Promise<SessionChunk | undefined> => {
    const entry = entries[sequence - 1]?.entry;
    return Promise.resolve(entry?.kind === 'chunk' ? entry : undefined);
  };

/** Folds everything; after a fault either the same fold is given the batch again, or another owner begins at the watermark. */
const fold = async (views: MortalViews, entries: readonly LoggedEntry[], batchSize: number, isNewOwner: boolean): Promise<void> => {
  let owner = new SessionViewFold({ store: views, readAgain: chunkIn(entries) });
  let batches = [...inBatches(entries, batchSize)];
  while (batches.length > 0) {
    const [batch = []] = batches;
    try {
      await owner.apply(batch);
      batches = batches.slice(1);
    } catch {
      if (!isNewOwner) continue;
      owner = new SessionViewFold({ store: views, readAgain: chunkIn(entries) });
      batches = [...inBatches(entries.slice(views.watermark), batchSize)];
    }
  }
};

describe('a fold of sessions that is broken off', () => {
  it('comes to the documents of one that never was, at whatever call the database goes away', async () => {
    await fc.assert(
      fc.asyncProperty(
        interleaving,
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        fc.boolean(),
        async (entries, size, isNewOwner, isAfter) => {
          const undisturbed = new MortalViews(ADDRESS.state);
          await fold(undisturbed, entries, size, false);
          for (let call = 1; call <= undisturbed.calls; call += 1) {
            const views = new MortalViews(ADDRESS.state);
            views.diesAt = { call, isAfter };
            await fold(views, entries, size, isNewOwner);
            expect(views.documents).toEqual(undisturbed.documents);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('comes to the same documents in whatever batches the messages come', async () => {
    await fc.assert(
      fc.asyncProperty(interleaving, fc.integer({ min: 1, max: 40 }), async (entries, size) => {
        const one = new MortalViews(ADDRESS.state);
        const other = new MortalViews(ADDRESS.state);
        await fold(one, entries, 1, false);
        await fold(other, entries, size, false);
        expect(other.documents).toEqual(one.documents);
        expect(JSON.stringify(one.documents)).not.toContain('"clientId":"c1"');
      }),
      { numRuns: 15 },
    );
  });
});
