import type { HitFilter } from './aux-stores.js';

/** Ids of one closed session of a client. */
interface Closed {
  readonly clientKey: string;
  readonly ids: ReadonlySet<string>;
  readonly untilMs: number;
}

/** What is known of one client. */
interface Known {
  /** Ids in its open session. */
  open: Set<string> | null;
  /** Its closed sessions, oldest first. */
  closed: Closed[];
  /** All their ids, once they are too many sessions to look through. */
  closedIds: Set<string> | null;
}

const SESSIONS_LOOKED_THROUGH_MAX = 8;

/** Exact ids, so that no two hits are ever taken for one. */
export class MemoryHitFilter implements HitFilter {
  private readonly clients = new Map<string, Known>();
  /** In the order of closing, which is that of `untilMs`: the watermark never moves back. */
  private readonly queue: Closed[] = [];
  private expired = 0;
  /** The client asked for last: a hit is looked up, then remembered. */
  private lastKey: string | null = null;
  private last: Known | undefined;

  knows(clientKey: string, hitId: string): boolean {
    const known = this.find(clientKey);
    if (known === undefined) return false;
    if (known.open?.has(hitId) === true) return true;
    return known.closedIds?.has(hitId) ?? known.closed.some(({ ids }) => ids.has(hitId));
  }

  remember(clientKey: string, hitId: string): void {
    const known = this.find(clientKey);
    if (known === undefined) this.begin(clientKey, hitId);
    else if (known.open === null) known.open = new Set([hitId]);
    else known.open.add(hitId);
  }

  forget(clientKey: string, hitId: string): void {
    const known = this.clients.get(clientKey);
    if (known?.open?.delete(hitId) !== true || known.open.size > 0) return;
    known.open = null;
    this.dropUnlessKnown(clientKey, known);
  }

  retire(clientKey: string, untilMs: number): void {
    const known = this.clients.get(clientKey);
    if (known === undefined || known.open === null) return;
    const closed: Closed = { clientKey, ids: known.open, untilMs };
    known.open = null;
    known.closed.push(closed);
    if (known.closedIds !== null || known.closed.length > SESSIONS_LOOKED_THROUGH_MAX)
      known.closedIds = withIds(known.closedIds, known.closedIds === null ? known.closed : [closed]);
    this.queue.push(closed);
  }

  expire(watermarkMs: number): void {
    for (;;) {
      const next = this.queue[this.expired];
      if (next === undefined || next.untilMs >= watermarkMs) break;
      this.expired += 1;
      this.dropOldest(next.clientKey);
    }
    this.dropExpired();
  }

  /** Clients with hits in open sessions. */
  get openClients(): number {
    let open = 0;
    for (const known of this.clients.values()) if (known.open !== null) open += 1;
    return open;
  }

  private find(clientKey: string): Known | undefined {
    if (this.lastKey === clientKey) return this.last;
    this.lastKey = clientKey;
    this.last = this.clients.get(clientKey);
    return this.last;
  }

  private begin(clientKey: string, hitId: string): void {
    const known: Known = { open: new Set([hitId]), closed: [], closedIds: null };
    this.clients.set(clientKey, known);
    this.lastKey = null;
  }

  /** A client's sessions expire in the order in which they closed. */
  private dropOldest(clientKey: string): void {
    const known = this.clients.get(clientKey);
    if (known === undefined) return;
    const oldest = known.closed.shift();
    if (known.closedIds !== null) for (const id of oldest?.ids ?? []) known.closedIds.delete(id);
    this.dropUnlessKnown(clientKey, known);
  }

  private dropUnlessKnown(clientKey: string, { open, closed }: Known): void {
    if (open !== null || closed.length > 0) return;
    this.clients.delete(clientKey);
    this.lastKey = null;
  }

  /** Not at every step: each removal from the front moves the rest. */
  private dropExpired(): void {
    if (this.expired * 2 <= this.queue.length) return;
    this.queue.splice(0, this.expired);
    this.expired = 0;
  }
}

const withIds = (ids: Set<string> | null, sessions: readonly Closed[]): Set<string> => {
  const all = ids ?? new Set<string>();
  for (const session of sessions) for (const id of session.ids) all.add(id);
  return all;
};
