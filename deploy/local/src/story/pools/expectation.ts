import type { PoolPlan } from './plans.js';
import type { Step } from './steps.js';
import { forEachUnit, minus, NOTHING, plus, times, totalOf, UNITS, type Amounts, type Unit } from './units.js';

/** What must come out for a pool; the story compares every figure that it prints with these. All in milliunit-seconds. */
export interface PoolOutcome {
  readonly name: string;
  readonly bought: Amounts;
  readonly used: Amounts;
  readonly left: Amounts;
  /** Given up when it was closed. */
  readonly forfeited: Amounts;
  /** Used after nothing was left: forgiven. */
  readonly unfunded: Amounts;
  /** The second in which a unit ran empty for the first time; those that never did are absent. */
  readonly emptyAt: ReadonlyMap<Unit, number>;
  /** Workloads that still run. */
  readonly running: number;
}

interface Running {
  readonly rates: Amounts;
  isSuspended: boolean;
}

/**
 * A second opinion, as plain as can be: walk from step to step, let what runs drain, and look in which second something cannot pay for one more. It
 * shares no code with the service.
 */
export const expectedOutcome = ({ name, graceSeconds, steps }: PoolPlan): PoolOutcome => {
  const pool = new PlainPool(graceSeconds > 0);
  for (const step of steps) pool.take(step);
  const { bought, used, balance: left, forfeited, unfunded, emptyAt, running } = pool;
  return { name, bought, used, left, forfeited, unfunded, emptyAt, running: running.size };
};

class PlainPool {
  bought = NOTHING;
  used = NOTHING;
  balance = NOTHING;
  forfeited = NOTHING;
  unfunded = NOTHING;
  readonly emptyAt = new Map<Unit, number>();
  readonly running = new Map<number, Running>();
  #asOf = 0;
  #lacking = new Set<Unit>();

  constructor(private readonly suspends: boolean) {}

  take(step: Step): void {
    this.#advance(step.at);
    switch (step.kind) {
      case 'buy':
        this.bought = plus(this.bought, step.amounts);
        this.balance = plus(this.balance, step.amounts);
        // What the story buys is enough for all that were suspended.
        for (const unit of UNITS) if (step.amounts[unit] > 0n) this.#lacking.delete(unit);
        for (const one of this.running.values()) one.isSuspended = UNITS.some(unit => one.rates[unit] > 0n && this.#lacking.has(unit));
        return;
      case 'start':
        this.running.set(step.workload.id, { rates: step.workload.rates, isSuspended: false });
        return;
      case 'stop':
        this.running.delete(step.workload.id);
        return;
      case 'close':
        this.forfeited = plus(this.forfeited, this.balance);
        this.balance = NOTHING;
    }
  }

  /** Drains up to a second, stopping wherever a unit runs empty on the way. */
  #advance(at: number): void {
    for (let next = this.#nextEmpty(); next !== undefined && next.at < at; next = this.#nextEmpty()) {
      this.#drain(next.at);
      this.#lacking.add(next.unit);
      if (!this.emptyAt.has(next.unit)) this.emptyAt.set(next.unit, next.at);
      for (const one of this.running.values()) if (this.suspends && one.rates[next.unit] > 0n) one.isSuspended = true;
    }
    this.#drain(at);
  }

  #nextEmpty(): { readonly unit: Unit; readonly at: number } | undefined {
    const rates = this.#rates();
    const [first] = UNITS.filter(unit => rates[unit] > 0n && !this.#lacking.has(unit))
      .map(unit => ({ unit, at: this.#asOf + Number(this.balance[unit] / rates[unit]) }))
      .sort((left, right) => left.at - right.at);
    return first;
  }

  #drain(at: number): void {
    const wanted = times(this.#rates(), at - this.#asOf);
    const paid = forEachUnit(unit => (wanted[unit] < this.balance[unit] ? wanted[unit] : this.balance[unit]));
    this.used = plus(this.used, paid);
    this.balance = minus(this.balance, paid);
    this.unfunded = plus(this.unfunded, minus(wanted, paid));
    this.#asOf = at;
  }

  #rates(): Amounts {
    return totalOf([...this.running.values()].filter(({ isSuspended }) => !isSuspended).map(({ rates }) => rates));
  }
}
