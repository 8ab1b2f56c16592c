import { Fault } from '@drawdown/errors';

/** Counts the calls under way, refuses what is too much, and tells when all are done. */
export class Gate {
  #open = 0;
  #draining = false;
  #idle: (() => void)[] = [];

  constructor(private readonly callsMax: number) {}

  get open(): number {
    return this.#open;
  }

  /** Throws Fault `TOO_MANY_CALLS` or `DRAINING`; otherwise the call must `leave` exactly once. */
  enter(): void {
    if (this.#draining) throw new Fault('DRAINING', 'the server is going away');
    if (this.#open >= this.callsMax) throw new Fault('TOO_MANY_CALLS', 'too many calls are under way', { limit: String(this.callsMax) });
    this.#open += 1;
  }

  leave(): void {
    this.#open -= 1;
    if (this.#open > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** From here on every new call is refused; resolves when the last one has left. */
  drain(): Promise<void> {
    this.#draining = true;
    return this.#open === 0 ? Promise.resolve() : new Promise(resolve => this.#idle.push(resolve));
  }
}
