import type { HitFilter } from './aux-stores.js';

interface Retired {
  readonly clientKey: string;
  readonly ids: ReadonlySet<string>;
  readonly untilMs: number;
}

/** Exact ids, so that no two hits are ever taken for one. */
export class MemoryHitFilter implements HitFilter {
  private readonly open = new Map<string, Set<string>>();
  /** Per client: until when an id of a closed session is remembered. */
  private readonly closed = new Map<string, Map<string, number>>();
  /** In the order of closing, which is that of `untilMs`: the watermark never moves back. */
  private readonly queue: Retired[] = [];
  private expired = 0;

  knows(clientKey: string, hitId: string): boolean {
    return this.open.get(clientKey)?.has(hitId) === true || this.closed.get(clientKey)?.has(hitId) === true;
  }

  remember(clientKey: string, hitId: string): void {
    const ids = this.open.get(clientKey);
    if (ids === undefined) this.open.set(clientKey, new Set([hitId]));
    else ids.add(hitId);
  }

  forget(clientKey: string, hitId: string): void {
    const ids = this.open.get(clientKey);
    if (ids?.delete(hitId) === true && ids.size === 0) this.open.delete(clientKey);
  }

  retire(clientKey: string, untilMs: number): void {
    const ids = this.open.get(clientKey);
    if (ids === undefined) return;
    this.open.delete(clientKey);
    this.queue.push({ clientKey, ids, untilMs });
    const closed = this.closed.get(clientKey) ?? new Map<string, number>();
    this.closed.set(clientKey, closed);
    for (const id of ids) closed.set(id, untilMs);
  }

  expire(watermarkMs: number): void {
    for (;;) {
      const next = this.queue[this.expired];
      if (next === undefined || next.untilMs >= watermarkMs) break;
      this.expired += 1;
      this.dropClosed(next);
    }
    this.dropExpired();
  }

  /** Clients with hits in open sessions. */
  get openClients(): number {
    return this.open.size;
  }

  private dropClosed({ clientKey, ids, untilMs }: Retired): void {
    const closed = this.closed.get(clientKey);
    if (closed === undefined) return;
    // An id that was accepted again in the meantime is remembered for longer.
    for (const id of ids) if ((closed.get(id) ?? untilMs) <= untilMs) closed.delete(id);
    if (closed.size === 0) this.closed.delete(clientKey);
  }

  /** Not at every step: each removal from the front moves the rest. */
  private dropExpired(): void {
    if (this.expired * 2 <= this.queue.length) return;
    this.queue.splice(0, this.expired);
    this.expired = 0;
  }
}
