import { nextDue, type Pool } from '../../src/domain/index.js';
import type { Prefix } from './log.js';

/** That instants never go back, and that no decision passes over what the pool had due before: it comes first (capacity §13.6). */
export const requireDueFirst = (log: readonly Prefix[]): void => {
  let before: Pool | undefined;
  for (const { decisions, states } of log) {
    let ordinal = 0;
    for (const { events } of decisions) {
      const dueAt = before === undefined ? undefined : nextDue(before);
      const instants = events.map(({ at }) => at);
      expect(instants).toEqual(instants.toSorted((left, right) => left - right));
      if (dueAt !== undefined && instants[0] !== undefined) expect(instants[0] <= dueAt).toBe(true);
      expect(instants[0]).toBeGreaterThanOrEqual(before?.lastAt ?? 0);
      ordinal += events.length;
      before = states[ordinal - 1];
    }
  }
};
