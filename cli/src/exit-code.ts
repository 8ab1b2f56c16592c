import { CommanderError } from 'commander';

/** What the shell is told (design §9a). */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/**
 * The exit code for an error that ended the command line. Commander has said on its own what it did not understand; anything else is not
 * for here and passes.
 */
export const exitCodeOf = (error: unknown): number => {
  if (!(error instanceof CommanderError)) throw error;
  return error.exitCode === EXIT.done ? EXIT.done : EXIT.usage;
};
