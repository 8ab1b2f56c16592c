import fc from 'fast-check';
import { LIMITS } from '@drawdown/eventlog';
import { decideGroup, type GroupLimits } from '../src/group.js';
import { deposit, tallyDecider, withdraw, type TallyEvent } from './tally.js';

const limits = (sizeBytes: (amount: number) => number): GroupLimits<TallyEvent> => ({
  sizeBytes: decision => sizeBytes(decision.events[0]?.amount ?? 0),
  ttlSecondsOf: () => undefined,
});

describe('a group', () => {
  it('fills a message up to its bytes, and no further', () => {
    const half = LIMITS.groupBytesMax / 2;
    const commands = ['a', 'b', 'c'].map(id => deposit(id));
    expect(
      decideGroup(
        tallyDecider,
        tallyDecider.initialState,
        commands,
        1,
        limits(() => half),
      ).outcomes,
    ).toHaveLength(2);
    expect(
      decideGroup(
        tallyDecider,
        tallyDecider.initialState,
        commands,
        1,
        limits(() => half + 1),
      ).outcomes,
    ).toHaveLength(1);
  });

  it('gives a decision that is larger than that a message of its own', () => {
    const size = (amount: number): number => (amount === 7 ? LIMITS.groupBytesMax * 2 : 1);
    const group = (ids: readonly number[]): number[] => {
      const commands = ids.map((amount, index) => deposit(`c${index}`, amount));
      return decideGroup(tallyDecider, tallyDecider.initialState, commands, 1, limits(size)).decisions.map(
        ({ events }) => events[0]?.amount ?? 0,
      );
    };
    expect(group([1, 7, 2])).toEqual([1]);
    expect(group([7, 2])).toEqual([7]);
  });

  it('answers a prefix, at least one, decides each on what the ones before it left, and keeps its bounds', () => {
    const command = fc.record({ isDeposit: fc.boolean(), amount: fc.integer({ min: 0, max: 50 }) });
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 400 }), fc.integer({ min: 1, max: 60_000 }), (kinds, bytesPerUnit) => {
        const commands = kinds.map(({ isDeposit, amount }, index) =>
          isDeposit ? deposit(`c${index}`, amount) : withdraw(`c${index}`, amount),
        );
        const { outcomes, decisions, after } = decideGroup(
          tallyDecider,
          tallyDecider.initialState,
          commands,
          1,
          limits(amount => amount * bytesPerUnit),
        );
        expect(outcomes.length).toBeGreaterThanOrEqual(1);
        expect(decisions.length).toBeLessThanOrEqual(LIMITS.commandsPerMessageMax);
        const bytes = decisions.reduce((sum, { events }) => sum + (events[0]?.amount ?? 0) * bytesPerUnit, 0);
        expect(decisions.length <= 1 || bytes <= LIMITS.groupBytesMax).toBe(true);
        let state = tallyDecider.initialState;
        outcomes.forEach((outcome, index) => {
          if (outcome.kind === 'refused') return;
          const body = commands[index]?.body ?? { type: 'deposit', amount: 0 };
          const events = tallyDecider.decide(body, state, 1);
          if (outcome.kind === 'decided') expect(outcome.decision).toMatchObject({ commandId: `c${index}`, events });
          else expect(events).toEqual([]);
          state = events.reduce((now, event) => tallyDecider.evolve(now, event, 1), state);
          expect(outcome.after).toEqual(state);
        });
        expect(after).toEqual(state);
      }),
      { numRuns: 50 },
    );
  });
});
