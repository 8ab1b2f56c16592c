import type { Lease } from './ports.js';

/** A lease this replica created. Whether it still holds is decided here, by the replica's own monotonic clock (design §3.9). */
export class HeldLease implements Lease {
  private isLost = false;

  constructor(
    readonly partition: number,
    readonly epoch: number,
    readonly incarnation: string,
    /** Revision of the last renewal known to be stored; the next one must name it. */
    private lastRevision: number,
    /** When the last confirmed renewal was *sent*: the server counts from later, so we give up first. */
    private confirmedMs: number,
    private readonly stepDownMs: number,
    private readonly monotonicMs: () => number,
  ) {}

  isHeld(): boolean {
    if (!this.isLost && this.monotonicMs() - this.confirmedMs >= this.stepDownMs) this.isLost = true;
    return !this.isLost;
  }

  get revision(): number {
    return this.lastRevision;
  }

  confirm(revision: number, sentMs: number): void {
    this.lastRevision = revision;
    this.confirmedMs = Math.max(this.confirmedMs, sentMs);
  }

  /** A renewal whose answer was lost turns out to be stored. It says nothing about time: only an answer does. */
  adopt(revision: number): void {
    this.lastRevision = revision;
  }

  /** Never held again, whatever the clock says: a lease that was lost once may have had another owner in between. */
  lose(): void {
    this.isLost = true;
  }
}
