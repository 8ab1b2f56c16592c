import { Fault } from '@drawdown/errors';
import { sum, type Outcome } from './expectation.js';
import { fromTokens, grouped, type Hundredths } from './hundredths.js';

const DIFFERENCES_SHOWN_MAX = 20;

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

/**
 * What all customers used together, once every figure is what it must be and the sum is that of the file.
 * @throws Fault `STORY_DISAGREES` naming the first differences
 */
export const requireAgreement = (read: readonly Outcome[], expected: readonly Outcome[], tokensInFile: number): Hundredths => {
  const expectedOf = new Map(expected.map(outcome => [outcome.customer, outcome]));
  const differences = read.flatMap(outcome => {
    const other = expectedOf.get(outcome.customer);
    return other === undefined ? [`${outcome.customer} was not expected`] : differencesOf(outcome, other);
  });
  if (read.length !== expected.length)
    differences.push(`${String(read.length)} customers were read, and there are ${String(expected.length)}`);
  const [inFile, byAll] = [fromTokens(tokensInFile), sum(read.map(({ used }) => used))];
  if (inFile !== byAll) differences.push(`all customers used ${grouped(byAll)} tokens, and the file has ${grouped(inFile)}`);
  if (differences.length === 0) return byAll;
  const shown = differences.slice(0, DIFFERENCES_SHOWN_MAX).join('\n  ');
  throw new Fault('STORY_DISAGREES', `${String(differences.length)} figures are not what they must be:\n  ${shown}`);
};
