import type { Identified } from '../reservation/owed.js';
import type { PoolCommand } from './commands.js';
import { loansOwedBy } from './loan/owed.js';
import type { Pool } from './state.js';
import { transfersOwedBy } from './transfer/owed.js';

/**
 * A command that one pool's state owes another pool of its namespace. It is sent for as long as the state says so, with the same id and body
 * each time; what the other pool remembers makes it count once (capacity §13.1).
 */
export interface PoolOwed extends Identified<PoolCommand> {
  /** Who gets it. The command's `at` is the earliest instant it may have. */
  readonly poolId: number;
  /** What the owing pool is told once the command was accepted; absent: it hears of it from the other pool. */
  readonly accepted: Identified<PoolCommand> | undefined;
  /** What the owing pool is told once the command was refused for good. */
  readonly refused: (code: string) => Identified<PoolCommand>;
}

/** What a pool owes others, from its state alone. */
export const owedByPool = (pool: Pool): readonly PoolOwed[] => [...transfersOwedBy(pool), ...loansOwedBy(pool)];
