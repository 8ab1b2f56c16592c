import { PAGE_DOCUMENTS_MAX, type ReadModel } from '@drawdown/projections';
import type { Filter } from 'mongodb';
import { compareHits, decodeHit, type Hit, type SessionRevision } from '../../domain/index.js';
import { revisionKey, type SessionImage } from '../../application/views/session-images.js';
import {
  SESSION_PAGE_MAX,
  type PropertyPlace,
  type SessionFilter,
  type SessionHits,
  type SessionPage,
  type SessionPlace,
  type SessionQueries,
} from '../../application/views/session-queries.js';
import { SESSIONS, SESSION_HITS, type HitsDocument, type SessionDocument } from './documents.js';
import { documentIdsOf, fromDbHits, fromDbSession, hitsDocumentId, sessionDocumentId } from './map-documents.js';

/** Revisions and superseded sessions that one session may continue: each has a hit at least, and a session has ten thousand at most (D11). */
const CONTINUED_MAX = 10_000;
/** Parts that are read at once: 8 MiB. */
const PARTS_AT_ONCE = 16;

/** Closed sessions in the generation that is read now. */
export class MongoSessionQueries implements SessionQueries {
  constructor(private readonly readModel: () => ReadModel) {}

  async find({ namespace, propertyId }: PropertyPlace, sessionId: string): Promise<SessionImage | undefined> {
    const document = await this.readModel()
      .collection(SESSIONS)
      .find(sessionDocumentId(namespace, propertyId, sessionId));
    return document === undefined ? undefined : fromDbSession(document);
  }

  async list(filter: SessionFilter, limit: number, after?: SessionPlace): Promise<SessionPage> {
    if (!Number.isInteger(limit) || limit < 1 || limit > SESSION_PAGE_MAX) throw new RangeError(`${limit} is not 1 to ${SESSION_PAGE_MAX}`);
    const found = await this.readModel()
      .collection(SESSIONS)
      .findMany(conditions(filter), {
        sort: [{ field: 'startedAtMs', direction: -1 }],
        limit: limit + 1,
        ...(after === undefined ? {} : { after: placeDocument(filter, after) }),
      });
    const sessions = found.slice(0, limit).map(fromDbSession);
    const last = sessions.at(-1)?.header;
    const next = found.length > limit && last !== undefined ? { startedAtMs: last.startedAtMs, sessionId: last.sessionId } : undefined;
    return { sessions, ...(next === undefined ? {} : { next }) };
  }

  async hitsOf({ header }: SessionImage): Promise<SessionHits> {
    const byId = new Map<string, Hit>();
    const seen = new Set<string>();
    // A superseded session has brought none of its own; what it had is what it continued.
    let wanted: readonly SessionRevision[] = header.kind === 'superseded' ? header.continues : [header];
    let isPartial = false;
    while (wanted.length > 0) {
      for (const revision of wanted) seen.add(revisionKey(revision));
      const { documents, missing } = await this.partsOf(header, wanted);
      isPartial ||= missing > 0;
      for (const document of documents) {
        for (const hit of decoded(document)) byId.set(hit.id, hit);
      }
      const continued = documents.flatMap(document => (document.part === 0 ? document.continues : []));
      wanted = uniqueRevisions(continued).filter(revision => !seen.has(revisionKey(revision)));
      if (seen.size + wanted.length > CONTINUED_MAX) return { hits: inOrder(byId), isPartial: true };
    }
    return { hits: inOrder(byId), isPartial };
  }

  async *holding({ namespace, propertyId }: PropertyPlace, isWanted: (hit: Hit) => boolean): AsyncGenerator<string> {
    const found = new Set<string>();
    let ids: string[] = [];
    const look = async (): Promise<void> => {
      for (const document of await this.byIds(ids)) if (decoded(document).some(isWanted)) found.add(document.sessionId);
      ids = [];
    };
    // The scan is of ids alone: a page of parts with their hits would not fit into memory.
    const ofProperty = { _id: documentIdsOf(namespace, propertyId) };
    for await (const { _id } of this.readModel().collection(SESSION_HITS).scan(ofProperty, ['lines', 'continues'])) {
      if (ids.push(_id) >= PARTS_AT_ONCE) await look();
    }
    await look();
    yield* found;
  }

  private async partsOf(
    place: PropertyPlace,
    revisions: readonly SessionRevision[],
  ): Promise<{ readonly documents: readonly HitsDocument[]; readonly missing: number }> {
    const firsts = await this.byIds(revisions.map(revision => hitsDocumentId({ ...revision, ...partPlace(place, 0) })));
    const others = firsts.flatMap(({ sessionId, revision, parts }) =>
      Array.from({ length: parts - 1 }, (_, index) => hitsDocumentId({ sessionId, revision, ...partPlace(place, index + 1) })),
    );
    const rest = await this.byIds(others);
    return { documents: [...firsts, ...rest], missing: revisions.length - firsts.length + others.length - rest.length };
  }

  private async byIds(ids: readonly string[]): Promise<HitsDocument[]> {
    const collection = this.readModel().collection(SESSION_HITS);
    const found: HitsDocument[] = [];
    for (let start = 0; start < ids.length; start += PAGE_DOCUMENTS_MAX) {
      found.push(...(await collection.findByIds(ids.slice(start, start + PAGE_DOCUMENTS_MAX))));
    }
    return found;
  }
}

const conditions = ({ namespace, propertyId, clientKey, userId, lane, fromMs, toMs }: SessionFilter): Filter<SessionDocument> => ({
  namespace,
  propertyId,
  isSuperseded: false,
  ...(clientKey === undefined ? {} : { clientKeys: clientKey }),
  ...(userId === undefined ? {} : { userId }),
  ...(lane === undefined ? {} : { lane }),
  ...(fromMs === undefined && toMs === undefined
    ? {}
    : { startedAtMs: { ...(fromMs === undefined ? {} : { $gte: fromMs }), ...(toMs === undefined ? {} : { $lt: toMs }) } }),
});

const placeDocument = ({ namespace, propertyId }: PropertyPlace, { startedAtMs, sessionId }: SessionPlace): Partial<SessionDocument> => ({
  _id: sessionDocumentId(namespace, propertyId, sessionId),
  startedAtMs,
});

const partPlace = ({ namespace, propertyId }: PropertyPlace, part: number): PropertyPlace & { readonly part: number } => ({
  namespace,
  propertyId,
  part,
});

const decoded = (document: HitsDocument): Hit[] => {
  const { hits, lines } = fromDbHits(document);
  return hits === 0 ? [] : Buffer.from(lines).toString().split('\n').map(decodeHit);
};

const uniqueRevisions = (revisions: readonly SessionRevision[]): readonly SessionRevision[] => [
  ...new Map(revisions.map(revision => [revisionKey(revision), revision])).values(),
];

const inOrder = (hits: ReadonlyMap<string, Hit>): readonly Hit[] => [...hits.values()].sort(compareHits);
