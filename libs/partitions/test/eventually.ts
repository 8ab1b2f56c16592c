const POLL_MS = 10;
const GIVE_UP_MS = 20_000;

/** Waits for a condition, never for a time; fails naming what did not come about. */
export const eventually = async (what: string, condition: () => boolean | Promise<boolean>, giveUpMs = GIVE_UP_MS): Promise<void> => {
  const deadline = performance.now() + giveUpMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`did not come about within ${giveUpMs} ms: ${what}`);
    await new Promise(resolve => setTimeout(resolve, POLL_MS));
  }
};

/** For tests and hooks that wait for leases to expire or processes to start, on a machine that may be busy. */
export const PATIENCE_MS = 60_000;

/** `it`, with that patience. */
export const patiently = (name: string, body: () => Promise<void>): void => {
  it(name, body, PATIENCE_MS);
};
