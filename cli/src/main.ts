#!/usr/bin/env node
import { Command } from 'commander';
import { EXIT, exitCodeOf } from './exit-code.js';
import { registerSimulate } from './simulate/register-simulate.js';

// Whoever reads our output may stop before we do, as `head` does; that is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

const program = new Command('drawdown').description('Meters and limits the use of things').exitOverride().showHelpAfterError();
registerSimulate(program);
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
