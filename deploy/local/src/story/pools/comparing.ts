import { Fault } from '@drawdown/errors';
import type { PoolOutcome } from './expectation.js';
import { grouped, minus, plus, totalOf, UNITS, type Amounts } from './units.js';

const DIFFERENCES_SHOWN_MAX = 20;
const MS_PER_SECOND = 1_000;

/** `17:03:05`, UTC. */
export const clockText = (second: number): string => new Date(second * MS_PER_SECOND).toISOString().slice(11, 19);

export const UNIT_NAMES = { cu: 'CU', su: 'SU', ipv4u: 'IPv4U' } as const;

/** `86,400 CU·s, 0.333 SU·s`; what is 0 is left out. */
const amountsText = (amounts: Amounts): string =>
  UNITS.filter(unit => amounts[unit] !== 0n)
    .map(unit => `${grouped(amounts[unit])} ${UNIT_NAMES[unit]}·s`)
    .join(', ');

/** The figures of an outcome, as they are printed: what differs in print differs. */
export const figuresOf = (outcome: PoolOutcome) => ({
  bought: amountsText(outcome.bought),
  used: amountsText(outcome.used),
  left: amountsText(outcome.left),
  forfeited: amountsText(outcome.forfeited),
  forgiven: amountsText(outcome.unfunded),
  'ran empty': [...outcome.emptyAt].map(([unit, at]) => `${UNIT_NAMES[unit]} ${clockText(at)}`).join(', '),
  running: String(outcome.running),
});

/** Sums over all pools. */
export const sumsOf = (outcomes: readonly PoolOutcome[]) => ({
  bought: totalOf(outcomes.map(({ bought }) => bought)),
  used: totalOf(outcomes.map(({ used }) => used)),
  left: totalOf(outcomes.map(({ left }) => left)),
  forfeited: totalOf(outcomes.map(({ forfeited }) => forfeited)),
});

/** A sentence for each figure that was read and is not what it must be, and for each unit of which something was lost or made. */
export const differencesOf = (read: readonly PoolOutcome[], expected: readonly PoolOutcome[]): readonly string[] => {
  const wanted = new Map(expected.map(outcome => [outcome.name, outcome]));
  const differences = read.flatMap(outcome => {
    const other = wanted.get(outcome.name);
    if (!wanted.delete(outcome.name) || other === undefined) return [`${outcome.name} was not expected`];
    const [ours, theirs] = [figuresOf(outcome), figuresOf(other)];
    return (Object.keys(ours) as (keyof typeof ours)[])
      .filter(name => ours[name] !== theirs[name])
      .map(name => `${outcome.name}: ${name} is ${ours[name] || 'nothing'}, and must be ${theirs[name] || 'nothing'}`);
  });
  differences.push(...[...wanted.keys()].map(name => `${name} is missing`));
  const { bought, used, left, forfeited } = sumsOf(read);
  const lost = minus(bought, [used, left, forfeited].reduce(plus));
  for (const unit of UNITS) if (lost[unit] !== 0n) differences.push(`of ${UNIT_NAMES[unit]} ${String(lost[unit])} thousandths are lost`);
  return differences;
};

/** @throws Fault `STORY_DISAGREES` naming the first differences */
export const requireAgreement = (differences: readonly string[]): void => {
  if (differences.length === 0) return;
  const shown = differences.slice(0, DIFFERENCES_SHOWN_MAX).join('\n  ');
  throw new Fault('STORY_DISAGREES', `${String(differences.length)} figures are not what they must be:\n  ${shown}`);
};
