import { Refusal } from '@drawdown/errors';

const MS_PER_SECOND = 1_000;

/**
 * Number of the bucket that holds an instant (sessions §7.1). A tick of 0 counts as one second; otherwise the tick is cut to whole seconds and
 * the division goes towards zero. Which ticks are allowed at all is `checkedTickMs`'s matter.
 */
export const bucketNumber = (atMs: number, tickMs: number): number => {
  const seconds = Math.floor(atMs / MS_PER_SECOND);
  if (tickMs === 0) return seconds;
  // Adding zero turns the −0 of a small negative time into 0.
  return Math.trunc(seconds / Math.trunc(tickMs / MS_PER_SECOND)) + 0;
};

/**
 * The tick in milliseconds, 0 taken for one second.
 * @throws Refusal `INVALID_SETTINGS` unless it is whole seconds (D17).
 */
export const checkedTickMs = (tickMs: number): number => {
  if (tickMs === 0) return MS_PER_SECOND;
  if (Number.isSafeInteger(tickMs) && tickMs > 0 && tickMs % MS_PER_SECOND === 0) return tickMs;
  throw new Refusal('INVALID_SETTINGS', 'a tick is a whole number of seconds, at least one');
};
