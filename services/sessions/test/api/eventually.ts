const POLL_MS = 20;
/** Bounds what hangs, on a busy machine too. */
const GIVE_UP_MS = 90_000;

/**
 * Waits for a condition, never for a time, and answers what it found; fails naming what did not come about. The condition may throw: a service that is being
 * restarted answers nothing for a while.
 */
export const eventually = async <T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  giveUpMs = GIVE_UP_MS,
): Promise<T> => {
  const deadline = performance.now() + giveUpMs;
  let problem: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      problem = undefined;
    } catch (error) {
      problem = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`did not come about within ${giveUpMs} ms: ${what}`, problem === undefined ? {} : { cause: problem });
    }
    await new Promise(resolve => setTimeout(resolve, POLL_MS));
  }
};
