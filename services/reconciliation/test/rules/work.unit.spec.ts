import fc from 'fast-check';
import {
  backoffBounds,
  backoffMs,
  effectiveTimeoutMs,
  isResourceDelete,
  jitteredBackoffMs,
  outcomeOfResult,
  outcomeOfThrown,
  resourceDelete,
  RetryAfterError,
  TerminalError,
  type BackoffPolicy,
} from '../../src/domain/index.js';

describe('backoff (reconciliation §4.2)', () => {
  it('spreads the delays of work evenly between its bounds, and no others', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (failures, position) => {
        const work: BackoffPolicy = { type: 'work' };
        const { minMs, maxMs } = backoffBounds(work, failures);
        const delayMs = jitteredBackoffMs(work, failures, position);
        expect(delayMs).toBeGreaterThanOrEqual(minMs);
        expect(delayMs).toBeLessThan(maxMs);
        expect(Number.isInteger(delayMs)).toBe(true);
        const fixed: BackoffPolicy = { type: 'fixed', delayMs: 7 };
        expect(jitteredBackoffMs(fixed, failures, position)).toBe(7);
      }),
    );
  });

  it('is capped where the power is not finite, and takes a policy of its own', () => {
    expect(backoffMs({ type: 'exponential', baseMs: 10, maxMs: 500 }, 5_000)).toBe(500);
    expect(backoffMs({ type: 'custom', delayMsAfter: n => n * 2.7 }, 2)).toBe(5);
  });

  it.each([[() => Number.NaN], [() => -1], [() => Number.POSITIVE_INFINITY]])(
    'falls back where a function answers no delay',
    delayMsAfter => {
      expect(backoffMs({ type: 'custom', delayMsAfter }, 2)).toBe(16_000);
    },
  );
});

describe('timeouts (§4.3, example 23)', () => {
  it.each([
    [0, 0, 60_000],
    [undefined, undefined, 60_000],
    [0, -1, undefined],
    [5_000, -1, 5_000],
    [-1, 5_000, undefined],
    [undefined, 7, 7],
  ])('definition %p and client %p: %p', (definitionMs, clientMs, expected) => {
    expect(effectiveTimeoutMs(definitionMs, clientMs)).toBe(expected);
  });
});

describe('what work returns or throws (§10)', () => {
  it.each<[unknown]>([
    [undefined],
    [null],
    ['done'],
    [{}],
    [{ requeueAfterMs: 0 }],
    [{ requeueAfterMs: -5 }],
    [{ requeueAfterMs: '9' }],
    [{ requeueAfterMs: Number.NaN }],
  ])('is success if it is %p', result => {
    expect(outcomeOfResult(result)).toEqual({ type: 'success' });
  });

  it('asks for another look after a whole number of ms, within reach of a date', () => {
    expect(outcomeOfResult({ requeueAfterMs: 0.2, converged: true })).toEqual({ type: 'requeue-after', delayMs: 1, converged: true });
    const far = outcomeOfResult({ requeueAfterMs: Number.POSITIVE_INFINITY });
    expect(far).toMatchObject({ type: 'requeue-after', converged: false });
    expect(new Date(Date.UTC(2026, 2, 1) + (far.type === 'requeue-after' ? far.delayMs : Number.NaN)).getTime()).not.toBeNaN();
  });

  it('is a deletion wherever in the chain of causes that is said, be it a circle', () => {
    const gone = resourceDelete(new Error('gone'));
    const wrapped = new Error('outer', { cause: new Error('middle', { cause: gone }) });
    expect(isResourceDelete(wrapped)).toBe(true);
    expect(outcomeOfThrown(wrapped)).toMatchObject({ type: 'delete', error: 'ResourceDeleteError: gone' });
    expect(outcomeOfThrown(resourceDelete())).toMatchObject({ error: 'ResourceDeleteError: <nil>' });
    const circle = new Error('circle');
    circle.cause = circle;
    expect(outcomeOfThrown(circle)).toMatchObject({ type: 'error', error: 'circle' });
  });

  it('is final, or knows its delay, or is a failure whatever was thrown', () => {
    expect(outcomeOfThrown(new TerminalError('no'))).toMatchObject({ type: 'terminal', error: 'no' });
    expect(outcomeOfThrown(new RetryAfterError(2.5))).toMatchObject({ type: 'error', retryAfterMs: 3 });
    expect(outcomeOfThrown(new RetryAfterError(Number.NaN))).not.toHaveProperty('retryAfterMs');
    expect(outcomeOfThrown('text')).toEqual({ type: 'error', error: 'text', trace: '' });
    expect(outcomeOfThrown(Object.create(null))).toMatchObject({ type: 'error', error: 'something was thrown that has no text' });
  });
});
