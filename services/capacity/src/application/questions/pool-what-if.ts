import { isRefusal } from '@drawdown/errors';
import { executePool, type PoolCommand } from '../../domain/index.js';
import type { Untimed } from '../aggregates/instructed.js';
import { getPool, type PoolAnswer } from './get-pool.js';
import type { Question } from './question.js';

export interface WhatIfAsked {
  readonly command: Untimed<PoolCommand>;
}

/** What a command would come to. */
export interface WouldBe {
  readonly pool: PoolAnswer;
  /** Types of the events that it would record, in their order. */
  readonly events: readonly PoolCommandOutcome[];
  /** Absent: it would not be refused. */
  readonly refusal: RefusalText | undefined;
}

type PoolCommandOutcome = ReturnType<typeof executePool>['events'][number]['type'];

/** A refusal as it travels between replicas. */
export interface RefusalText {
  readonly reason: string;
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A decision that nobody records (capacity §15.4). */
export const poolWhatIf: Question<'pool', WhatIfAsked, WouldBe> = {
  kind: 'pool',
  answer: (pool, { command }, now) => {
    const at = Math.max(now, pool.lastAt);
    try {
      const decision = executePool({ ...command, at }, pool);
      return {
        pool: getPool.answer(decision.pool, {}, at),
        events: decision.events.map(({ type }) => type),
        refusal: undefined,
      };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const { reason, message, metadata } = error;
      return { pool: getPool.answer(pool, {}, at), events: [], refusal: { reason, message, metadata } };
    }
  },
};
