import { countResults } from '../src/commands/test-results.js';
import type { JestResults } from '../src/commands/test-results.js';

describe('the last line of npm test', () => {
  const whole: JestResults = {
    numPassedTests: 10,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    numRuntimeErrorTestSuites: 0,
  };

  it.each([
    ['everything passed', {}, 0, 0],
    ['tests failed', { numFailedTests: 2 }, 1, 2],
    ['a file could not be run', { numRuntimeErrorTestSuites: 1 }, 1, 1],
    ['a test was skipped', { numPendingTests: 1 }, 0, 1],
    ['a test is only a plan', { numTodoTests: 1 }, 0, 1],
    ['Jest failed for another reason', {}, 1, 1],
    ['Jest was killed', {}, null, 1],
  ])('when %s', (_case, results, exitCode, failed) => {
    expect(countResults({ ...whole, ...results }, { exitCode, mayLeaveOut: false })).toEqual({ passed: 10, failed });
  });

  it('does not count what the arguments left out', () => {
    expect(countResults({ ...whole, numPendingTests: 5 }, { exitCode: 0, mayLeaveOut: true }).failed).toBe(0);
  });
});
