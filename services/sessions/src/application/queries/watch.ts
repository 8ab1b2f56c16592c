import { setTimeout as pause } from 'node:timers/promises';
import { compareHits, type Property, type SessionHeader } from '../../domain/index.js';
import type { LiveSession, OpenSessions } from './ports.js';
import { viewOfClosed, viewOfLive, visitorOf, type SessionView } from './session-view.js';

/** How often open sessions are looked at: whoever watches sees a change within a second (sessions §15.1). */
const POLL_MS = 500;
/** Open sessions of one property that a watch compares: those with the latest hits. */
const WATCHED_MAX = 1_000;
/** Revisions that a watch remembers having told, against repeats of their publication. */
const TOLD_MAX = 10_000;

export type SessionChange = 'open' | SessionHeader['kind'];

export interface WatchedChange {
  readonly change: SessionChange;
  readonly session: SessionView;
}

/** What a live session looked like when it was told of last. */
const lookOf = ({ lastHitAtMs, hits, state }: LiveSession): string => `${String(lastHitAtMs)}/${String(hits)}/${state}`;

/** Open sessions that are new or have more hits than at the look before. */
class LiveLooks {
  #known: ReadonlyMap<string, string> | undefined;

  constructor(
    private readonly open: OpenSessions,
    private readonly tickMs: number,
  ) {}

  /** The first look tells nothing: a watch begins with what happens after it. */
  async changes(properties: readonly Property[]): Promise<readonly SessionView[]> {
    const before = this.#known;
    const looks = new Map<string, string>();
    const changed: SessionView[] = [];
    for (const property of properties) {
      for (const live of await this.open.latest(property, {}, WATCHED_MAX)) {
        const key = JSON.stringify([live.propertyId, live.wheel.lane, live.sessionKey, live.firstHitId]);
        const look = lookOf(live);
        looks.set(key, look);
        if (before !== undefined && before.get(key) !== look && live.state === 'OPEN') changed.push(await this.#viewOf(property, live));
      }
    }
    this.#known = looks;
    return changed;
  }

  async #viewOf(property: Property, live: LiveSession): Promise<SessionView> {
    const hits = [...(await this.open.hitsOf(live))].sort(compareHits);
    return viewOfLive(live, visitorOf(hits), property, this.tickMs);
  }
}

/** Tells each revision once, whatever is published again (sessions §12.4). */
class ToldRevisions {
  readonly #told = new Set<string>();

  isNew({ propertyId, sessionId, revision }: SessionHeader): boolean {
    const key = JSON.stringify([propertyId, sessionId, revision]);
    if (this.#told.has(key)) return false;
    this.#told.add(key);
    if (this.#told.size > TOLD_MAX) this.#forgetOldest();
    return true;
  }

  #forgetOldest(): void {
    const [oldest] = this.#told;
    if (oldest !== undefined) this.#told.delete(oldest);
  }
}

export interface WatchOptions {
  readonly properties: () => readonly Property[];
  readonly open: OpenSessions;
  readonly tickMs: number;
  /** Begun already, so that nothing is missed from now on. */
  readonly closes: AsyncIterable<SessionHeader>;
  readonly signal: AbortSignal;
}

/** Open sessions as they are looked at, and closed ones as they are published, until the signal aborts. */
export async function* watchSessions({ properties, open, tickMs, closes, signal }: WatchOptions): AsyncGenerator<WatchedChange> {
  const queue: WatchedChange[] = [];
  let wake = (): void => undefined;
  let failure: Error | undefined;
  const push = (...changes: readonly WatchedChange[]): void => {
    queue.push(...changes);
    wake();
  };
  const fail = (error: unknown): void => {
    if (!signal.aborted) failure ??= error instanceof Error ? error : new Error(String(error));
    wake();
  };
  signal.addEventListener('abort', () => wake(), { once: true });
  void pushCloses(closes, push).catch(fail);
  void pushLooks(new LiveLooks(open, tickMs), properties, push, signal).catch(fail);
  while (!signal.aborted) {
    if (failure !== undefined) throw failure;
    const next = queue.shift();
    if (next !== undefined) yield next;
    else await new Promise<void>(resolve => (wake = resolve));
  }
}

type Push = (...changes: readonly WatchedChange[]) => void;

const pushCloses = async (closes: AsyncIterable<SessionHeader>, push: Push): Promise<void> => {
  const told = new ToldRevisions();
  for await (const header of closes) if (told.isNew(header)) push({ change: header.kind, session: viewOfClosed(header) });
};

const pushLooks = async (looks: LiveLooks, properties: () => readonly Property[], push: Push, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    push(...(await looks.changes(properties())).map((session): WatchedChange => ({ change: 'open', session })));
    await pause(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
};
