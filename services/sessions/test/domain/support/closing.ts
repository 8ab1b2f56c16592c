import {
  compareHits,
  decideAssignment,
  decodeClosedSession,
  modified,
  splitConditionsOf,
  splitViewOf,
  splitting,
  type Assignment,
  type CloseCause,
  type Hit,
  type PropertySettings,
  type SessionHeader,
} from '../../../src/domain/index.js';
import { settingsOf } from './settings.js';

export interface CloseOptions {
  readonly closeCause?: CloseCause;
  readonly closedAtMs?: number;
  readonly clientKeys?: readonly string[];
  readonly isBot?: boolean;
  readonly isLate?: boolean;
  readonly settings?: PropertySettings;
}

/** Everything after the close, as readers see it: what the store remembers, which sessions live with which hits, which usage stands. */
export class AfterTheClose {
  /** Under each client key, as in `z:`. */
  readonly #remembered = new Map<string, Map<string, string>>();
  readonly #revisions = new Map<string, { readonly header: SessionHeader; readonly hits: readonly string[] }>();
  readonly #usage = new Map<string, bigint>();
  readonly #cancelled = new Set<string>();

  constructor(private readonly settings: PropertySettings = settingsOf()) {}

  /** Closes a proto-session of these hits and applies what it becomes. */
  close(hits: readonly Hit[], options: CloseOptions = {}): Assignment {
    const settings = options.settings ?? this.settings;
    const sorted = [...hits].sort(compareHits);
    const pieces = modified(sorted, [splitting(splitConditionsOf(settings), splitViewOf(settings))]);
    const clientKeys = options.clientKeys ?? ['client'];
    const assignment = decideAssignment({
      namespace: 'shop',
      propertyId: 'web',
      lane: 'live',
      settings,
      settingsVersion: 1,
      closing: {
        sessionKey: clientKeys[0] ?? '',
        clientKeys,
        closeCause: options.closeCause ?? 'inactivity',
        isLate: options.isLate ?? false,
        isBot: options.isBot ?? false,
        joins: [],
        duplicateHits: 0,
        lateHits: 0,
        closedAtMs: options.closedAtMs ?? sorted.at(-1)?.receivedAtMs ?? 0,
      },
      pieces,
      hitOf: hit => hit,
      closed: [...this.#candidates(clientKeys)].map(decodeClosedSession),
    });
    for (const { header, pieces: places } of assignment.sessions) {
      this.#apply(
        header,
        places.flatMap(place => pieces[place]?.hits ?? []).map(({ id }) => id),
      );
    }
    for (const { clientKeys: keys, sessionId, header } of assignment.writes) {
      for (const key of keys) this.#remember(key, sessionId, header);
    }
    return assignment;
  }

  /** Sessions that are neither superseded nor behind another revision. */
  live(): readonly { readonly header: SessionHeader; readonly hits: readonly string[] }[] {
    const newest = new Map<string, { readonly header: SessionHeader; readonly hits: readonly string[] }>();
    for (const revision of this.#revisions.values()) {
      const known = newest.get(revision.header.sessionId);
      if (known === undefined || known.header.revision < revision.header.revision) newest.set(revision.header.sessionId, revision);
    }
    return [...newest.values()]
      .filter(({ header }) => header.kind !== 'superseded')
      .sort((a, b) => compareHits(a.header.edges.first, b.header.edges.first));
  }

  /** Sum of the usage that was not taken back. */
  usage(): bigint {
    return [...this.#usage].reduce((sum, [id, value]) => (this.#cancelled.has(id) ? sum : sum + value), 0n);
  }

  #candidates(clientKeys: readonly string[]): Set<string> {
    return new Set(clientKeys.flatMap(key => [...(this.#remembered.get(key)?.values() ?? [])]));
  }

  #remember(key: string, sessionId: string, header: string | null): void {
    const sessions = this.#remembered.get(key) ?? new Map<string, string>();
    this.#remembered.set(key, sessions);
    if (header === null) sessions.delete(sessionId);
    else sessions.set(sessionId, header);
  }

  #apply(header: SessionHeader, own: readonly string[]): void {
    const name = nameOf(header);
    if (this.#revisions.has(name)) throw new Error(`revision ${name} is given twice`);
    const inherited = header.continues.flatMap(revision => {
      const found = this.#revisions.get(nameOf(revision));
      if (found === undefined) throw new Error(`${name} continues ${nameOf(revision)}, which never was`);
      return found.hits;
    });
    const hits = [...inherited, ...own].sort();
    if (hits.length !== header.hits) throw new Error(`${name} says ${String(header.hits)} hits and has ${String(hits.length)}`);
    this.#revisions.set(name, { header, hits });
    for (const { id, value } of header.usage) {
      if (this.#usage.has(id)) throw new Error(`usage ${id} is published twice`);
      this.#usage.set(id, BigInt(value));
    }
    for (const { id } of header.cancels) {
      if (!this.#usage.has(id)) throw new Error(`usage ${id} is cancelled and never was`);
      this.#cancelled.add(id);
    }
  }
}

const nameOf = ({ sessionId, revision }: Pick<SessionHeader, 'sessionId' | 'revision'>): string => `${sessionId}:${String(revision)}`;
