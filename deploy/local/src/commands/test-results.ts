/** What the last line of `npm test` says. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
}

/** The fields of Jest's `--json` output that are read here. */
export interface JestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** Files that could not be run, so that none of their tests is counted. */
  readonly numRuntimeErrorTestSuites: number;
}

/** How the run ended, and whether it was asked to leave tests out. */
export interface JestRun {
  readonly exitCode: number | null;
  readonly mayLeaveOut: boolean;
}

/**
 * Counts every way in which a run is not whole as a failure: failed tests, files that could not be run, tests that
 * were skipped though nobody asked to leave any out, and an exit code that none of these explains.
 */
export const countResults = (results: JestResults, run: JestRun): TestCounts => {
  const skipped = run.mayLeaveOut ? 0 : results.numPendingTests + results.numTodoTests;
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites + skipped;
  const unexplained = failed === 0 && run.exitCode !== 0;
  return { passed: results.numPassedTests, failed: unexplained ? 1 : failed };
};
