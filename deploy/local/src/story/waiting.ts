import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '@drawdown/errors';

const WAIT_MS_MAX = 180_000;
const PAUSE_MS = 500;

/**
 * Reads again and again until what was read is complete; the figures are compared afterwards, whatever they are.
 * @throws Fault `STORY_TAKES_TOO_LONG` with the words of the last reading
 */
export const readUntil = async <Reading>(
  what: string,
  read: () => Promise<Reading>,
  isComplete: (reading: Reading) => boolean,
  wordsOf: (reading: Reading) => string,
  pauseMs = PAUSE_MS,
): Promise<Reading> => {
  const endMs = performance.now() + WAIT_MS_MAX;
  for (;;) {
    const reading = await read();
    if (isComplete(reading)) return reading;
    if (performance.now() > endMs) {
      throw new Fault('STORY_TAKES_TOO_LONG', `${what}: ${wordsOf(reading)} after ${String(WAIT_MS_MAX / 1_000)} s`);
    }
    await pause(pauseMs);
  }
};
