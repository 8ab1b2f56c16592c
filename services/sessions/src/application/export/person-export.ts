import { isRefusal } from '@drawdown/errors';
import type { Hit, Property } from '../../domain/index.js';
import type { Person } from '../commands/ports.js';
import { comparePlaces, type ListPlace } from '../queries/merge.js';
import type { LiveSession, OpenSessions, ReadProgress } from '../queries/ports.js';
import type { FoundSession, SessionReads } from '../queries/session-reads.js';
import type { SessionQueries } from '../views/session-queries.js';
import type { PersonLetter, PersonLetters } from './ports.js';

/** Open sessions whose hits are read at once. */
const READ_AT_ONCE = 16;

export interface PersonExportOptions {
  readonly open: Pick<OpenSessions, 'every' | 'hitsOf'>;
  readonly closed: Pick<SessionQueries, 'find' | 'holding'>;
  readonly progress: Pick<ReadProgress, 'closesFolded'>;
  readonly reads: Pick<SessionReads, 'named' | 'withId'>;
  readonly letters: PersonLetters;
}

export type Exported =
  { readonly kind: 'session'; readonly found: FoundSession } | { readonly kind: 'letter'; readonly letter: PersonLetter };

interface Candidate extends ListPlace {
  /** Absent for one that is closed. */
  readonly live?: LiveSession;
}

/**
 * Everything that is held of one person in one property (sessions §15.11). It looks at every hit of the property: exports are rare, and must not depend
 * on what indexes know of a person, such as the last user of a session or the client's key without session ids of its own.
 */
export class PersonExport {
  constructor(private readonly options: PersonExportOptions) {}

  /** Sessions, newest start first, with the person's hits in them; then the dead letters. @throws Fault `STALE_READ` */
  async *run(property: Property, person: Person, signal: AbortSignal): AsyncGenerator<Exported> {
    const isTheirs = isHitOf(person);
    for (const candidate of await this.#candidates(property, isTheirs, signal)) {
      signal.throwIfAborted();
      const found = await this.#read(property, candidate, signal);
      // Hits of other people in a shared session are not theirs to have.
      const hits = found?.hits.filter(isTheirs) ?? [];
      if (found !== undefined && hits.length > 0) yield { kind: 'session', found: { ...found, hits } };
    }
    for await (const letter of this.options.letters.of(property, person, signal)) yield { kind: 'letter', letter };
  }

  /** The store is looked at first: what closes meanwhile is in the documents then. */
  async #candidates(property: Property, isTheirs: (hit: Hit) => boolean, signal: AbortSignal): Promise<readonly Candidate[]> {
    const { open, closed, progress } = this.options;
    const byId = new Map<string, Candidate>();
    const look = async (sessions: readonly LiveSession[]): Promise<void> => {
      signal.throwIfAborted();
      const holds = await Promise.all(sessions.map(async live => ((await open.hitsOf(live)).some(isTheirs) ? [live] : [])));
      for (const live of holds.flat()) byId.set(live.firstHitId, { sessionId: live.firstHitId, startedAtMs: live.startedAtMs, live });
    };
    let batch: LiveSession[] = [];
    for await (const live of open.every(property)) {
      batch.push(live);
      if (batch.length < READ_AT_ONCE) continue;
      await look(batch);
      batch = [];
    }
    await look(batch);
    await progress.closesFolded(property, signal);
    for await (const sessionId of closed.holding(property, isTheirs)) {
      signal.throwIfAborted();
      const header = await this.#lastOf(property, sessionId);
      if (header !== undefined) byId.set(header.sessionId, { sessionId: header.sessionId, startedAtMs: header.startedAtMs });
    }
    return [...byId.values()].sort(comparePlaces);
  }

  /** Hits stay with the revision that brought them; whose they are now is said by whoever superseded it. */
  async #lastOf(property: Property, sessionId: string): Promise<ListPlace | undefined> {
    let next: string | undefined = sessionId;
    while (next !== undefined) {
      const image = await this.options.closed.find(property, next);
      if (image?.header.kind !== 'superseded') return image?.header;
      next = image.header.supersededBy;
    }
    return undefined;
  }

  /** As it is now: an open one may have closed, and a closed one may be gone. */
  async #read(property: Property, { sessionId, live }: Candidate, signal: AbortSignal): Promise<FoundSession | undefined> {
    const { reads } = this.options;
    const closed = (): Promise<FoundSession | undefined> => reads.withId(property, sessionId, signal).catch(undefinedIfRefused);
    if (live === undefined) return closed();
    const { wheel, sessionKey } = live;
    return (await reads.named(property, { ...wheel, sessionKey }).catch(undefinedIfRefused)) ?? closed();
  }
}

const isHitOf =
  (person: Person) =>
  ({ clientId, userId }: Hit): boolean =>
    person.kind === 'client' ? clientId === person.clientId : userId === person.userId;

const undefinedIfRefused = (error: unknown): undefined => {
  if (!isRefusal(error)) throw error;
};
