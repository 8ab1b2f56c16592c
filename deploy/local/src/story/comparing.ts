import type { Outcome } from './expectation.js';
import { grouped } from './hundredths.js';

const instantText = (instantMs: number | undefined): string =>
  instantMs === undefined ? '–' : new Date(instantMs).toISOString().slice(11, 16);

/** The figures of an outcome, as they are printed: what differs in print differs, and nothing is compared that is not printed. */
export const figuresOf = (outcome: Outcome) => ({
  granted: grouped(outcome.granted),
  used: grouped(outcome.used),
  balance: grouped(outcome.balance),
  overage: grouped(outcome.overage),
  exhausted: instantText(outcome.exhaustedAtMs),
  // In the order of their first payments.
  paid: [...outcome.paid].map(([name, amount]) => `${name} ${grouped(amount)}`).join(', '),
});

/** A sentence for each figure that was read and is not what it must be. */
export const differencesOf = (read: Outcome, expected: Outcome): readonly string[] => {
  const [ours, theirs] = [figuresOf(read), figuresOf(expected)];
  return (Object.keys(ours) as (keyof typeof ours)[])
    .filter(name => ours[name] !== theirs[name])
    .map(name => `${read.customer}: ${name} is ${ours[name]}, and must be ${theirs[name]}`);
};
