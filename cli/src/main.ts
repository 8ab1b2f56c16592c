import { EXIT, exitCodeOf } from './exit-code.js';
import { createProgram } from './program.js';

// Whoever reads our output may stop before we do, as `head` does; that is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
