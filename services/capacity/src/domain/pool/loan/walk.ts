import { minus, plus, quotient, times, type Exact } from '../../amount/exact.js';
import { earlier, type Horizon } from '../../amount/instant.js';
import type { Step } from './state.js';

/** A loan as far as one dimension goes. */
export interface LoanLine {
  readonly child: number;
  readonly steps: readonly Step[];
  /** What may still be lent. */
  readonly left: Exact;
}

/** One dimension of a pool in a tree, at an instant. */
export interface WalkStart {
  readonly from: Exact;
  readonly balance: Exact;
  /** What may still be borrowed. */
  readonly line: Exact;
  /** Of the pool's own members. */
  readonly rate: Exact;
  /** Those that are not cut; the one that ends first when the pool runs empty comes last. */
  readonly loans: readonly LoanLine[];
}

/** What one dimension has come to. */
export interface Walked {
  readonly balance: Exact;
  /** Since the start: taken from the parent, taken from nobody, and lent by child. */
  readonly borrowed: Exact;
  readonly unfunded: Exact;
  readonly lent: ReadonlyMap<number, Exact>;
  /** First second that nobody could pay for; absent: there was none before the end. */
  readonly shortAt: Horizon;
  /** What was taken from the parent, and when. */
  readonly steps: readonly Step[];
}

/** What a schedule costs in a second. */
export const rateAt = (steps: readonly Step[], instant: Exact): Exact => {
  let rate: Exact = 0;
  for (const step of steps) if (step.from <= instant) ({ rate } = step);
  return rate;
};

const changeAfter = (steps: readonly Step[], instant: Exact): Horizon => steps.find(({ from }) => from > instant)?.from;

/** What a schedule costs between two instants. */
export const costBetween = (steps: readonly Step[], from: Exact, to: Exact): Exact => {
  let cost: Exact = 0;
  let at = from;
  while (at < to) {
    const next = earlier(changeAfter(steps, at), to) ?? to;
    cost = plus(cost, times(rateAt(steps, at), minus(next, at)));
    at = next;
  }
  return cost;
};

/** The state of a walk; each stretch is paid by one level alone: the own balance while it can, else the parent (capacity §15.8). */
class Walk {
  readonly #start: WalkStart;
  #at: Exact;
  #balance: Exact;
  #line: Exact;
  #borrowed: Exact = 0;
  #unfunded: Exact = 0;
  #shortAt: Horizon;
  readonly #lent = new Map<number, Exact>();
  readonly #cut = new Set<number>();
  readonly #steps: Step[] = [];

  constructor(start: WalkStart) {
    this.#start = start;
    this.#at = start.from;
    this.#balance = start.balance;
    this.#line = start.line;
  }

  /** Goes on to an instant; without one, until nobody can pay or nothing changes any more. */
  to(until: Horizon): Walked {
    while (until === undefined || this.#at < until) if (!this.#stretch(until)) break;
    this.#borrow(0);
    return {
      balance: this.#balance,
      borrowed: this.#borrowed,
      unfunded: this.#unfunded,
      lent: this.#lent,
      shortAt: this.#shortAt,
      steps: this.#steps,
    };
  }

  /** One stretch of time with one rate and one payer; false when there is no further one. */
  #stretch(until: Horizon): boolean {
    const active = this.#active();
    const rate = active.reduce<Exact>((sum, loan) => plus(sum, rateAt(loan.steps, this.#at)), this.#start.rate);
    const change = active.reduce<Horizon>((next, loan) => earlier(next, this.#endOf(loan)), earlier(until, this.#nextStep()));
    if (rate === 0) {
      this.#borrow(0);
      if (change === undefined) return false;
      this.#at = change;
      return true;
    }
    const isOwn = this.#balance >= rate;
    if (!isOwn && this.#line < rate) return this.#runShort(active, rate, change, until);
    const paidUntil = plus(this.#at, quotient(isOwn ? this.#balance : this.#line, rate));
    const next = earlier(change, paidUntil) ?? paidUntil;
    const cost = times(rate, minus(next, this.#at));
    this.#borrow(isOwn ? 0 : rate);
    if (isOwn) this.#balance = minus(this.#balance, cost);
    else {
      this.#line = minus(this.#line, cost);
      this.#borrowed = plus(this.#borrowed, cost);
    }
    this.#lend(active, next);
    this.#at = next;
    return true;
  }

  /** Nobody can pay: loans end, the latest first; then what members go on using is forgiven. */
  #runShort(active: readonly LoanLine[], rate: Exact, change: Horizon, until: Horizon): boolean {
    this.#shortAt ??= this.#at;
    const latest = active.findLast(loan => rateAt(loan.steps, this.#at) > 0);
    if (latest !== undefined) {
      this.#cut.add(latest.child);
      return true;
    }
    if (until === undefined) return false;
    const next = earlier(change, until) ?? until;
    const used = times(rate, minus(next, this.#at));
    const paid = used < this.#balance ? used : this.#balance;
    this.#borrow(0);
    this.#balance = minus(this.#balance, paid);
    this.#unfunded = plus(this.#unfunded, minus(used, paid));
    this.#at = next;
    return true;
  }

  #active(): readonly LoanLine[] {
    const isActive = (loan: LoanLine): boolean => !this.#cut.has(loan.child) && this.#leftOf(loan) >= rateAt(loan.steps, this.#at);
    return this.#start.loans.filter(isActive);
  }

  #leftOf({ child, left }: LoanLine): Exact {
    return minus(left, this.#lent.get(child) ?? 0);
  }

  /** When a loan that costs something now has used up what may be lent. */
  #endOf(loan: LoanLine): Horizon {
    const rate = rateAt(loan.steps, this.#at);
    return rate === 0 ? undefined : plus(this.#at, quotient(this.#leftOf(loan), rate));
  }

  #nextStep(): Horizon {
    return this.#start.loans.reduce<Horizon>((next, loan) => earlier(next, changeAfter(loan.steps, this.#at)), undefined);
  }

  #lend(active: readonly LoanLine[], until: Exact): void {
    for (const { child, steps } of active) {
      const cost = times(rateAt(steps, this.#at), minus(until, this.#at));
      if (cost !== 0) this.#lent.set(child, plus(this.#lent.get(child) ?? 0, cost));
    }
  }

  #borrow(rate: Exact): void {
    if ((this.#steps.at(-1)?.rate ?? 0) !== rate) this.#steps.push({ from: this.#at, rate });
  }
}

/**
 * Drains one dimension of a pool in a tree, exactly: the pool's own rate and those of the loans that it has given, paid by its own balance for
 * as many whole seconds as it can, then by its parent; the remainder stays (capacity §15.8).
 */
export const walk = (start: WalkStart, until: Horizon): Walked => new Walk(start).to(until);
