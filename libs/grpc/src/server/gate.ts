import { Fault } from '@drawdown/errors';

/** A call under way, as the gate knows it. */
export interface OpenCall {
  /** Ends the call with this fault; it leaves by itself then. */
  cutOff: (fault: Fault) => void;
}

/** Holds the calls under way, refuses what is too much, and sees them off when the server goes. */
export class Gate {
  readonly #open = new Set<OpenCall>();
  #draining = false;
  #idle: (() => void)[] = [];

  constructor(private readonly callsMax: number) {}

  get open(): number {
    return this.#open.size;
  }

  /** Throws Fault `TOO_MANY_CALLS` or `DRAINING`; otherwise the call must `leave`. */
  enter(call: OpenCall): void {
    if (this.#draining) throw new Fault('DRAINING', 'the server is going away');
    if (this.#open.size >= this.callsMax)
      throw new Fault('TOO_MANY_CALLS', 'too many calls are under way', { limit: String(this.callsMax) });
    this.#open.add(call);
  }

  leave(call: OpenCall): void {
    this.#open.delete(call);
    if (this.#open.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** From here on every new call is refused; resolves when the last one has left. */
  drain(): Promise<void> {
    this.#draining = true;
    return this.#open.size === 0 ? Promise.resolve() : new Promise(resolve => this.#idle.push(resolve));
  }

  /** Ends what is left with Fault `DRAINING`; answers how many calls that were. */
  cutOff(): number {
    const left = [...this.#open];
    for (const call of left) call.cutOff(new Fault('DRAINING', 'the server is going away'));
    return left.length;
  }
}
