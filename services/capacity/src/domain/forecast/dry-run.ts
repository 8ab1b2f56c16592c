import { isRefusal, type ErrorMetadata } from '@drawdown/errors';
import type { PoolCommand } from '../pool/commands.js';
import { executePool } from '../pool/decide.js';
import type { PoolEvent } from '../pool/events.js';
import type { Pool } from '../pool/state.js';

/** What one command of a dry run would come to. */
export type DryStep =
  | { readonly outcome: 'decided'; readonly events: readonly PoolEvent[] }
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string; readonly metadata: ErrorMetadata };

export interface DryRun {
  /** One for each command; a refused one changes nothing, and the next is tried all the same. */
  readonly steps: readonly DryStep[];
  /** The pool as it would be; absent: there would be none. */
  readonly pool: Pool | undefined;
}

/** What commands would come to, one after the other, if they were given now (capacity §15.4). Nothing is recorded. */
export const dryRun = (pool: Pool | undefined, commands: readonly PoolCommand[]): DryRun => {
  let current = pool;
  const steps = commands.map((command): DryStep => {
    try {
      const decision = executePool(command, current);
      current = decision.pool;
      return { outcome: 'decided', events: decision.events };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return { outcome: 'refused', code: error.reason, message: error.message, metadata: error.metadata };
    }
  });
  return { steps, pool: current };
};
