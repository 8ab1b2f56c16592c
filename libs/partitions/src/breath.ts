/** Work done without a turn of the event loop, in milliseconds; leases are renewed and calls answered in between. */
const WORK_MS_MAX = 20;

let turnedAtMs = performance.now();
let turn: Promise<void> | undefined;

/** One turn for everybody who waits for it. */
const nextTurn = (): Promise<void> =>
  (turn ??= new Promise(resolve => {
    setImmediate(() => {
      turn = undefined;
      turnedAtMs = performance.now();
      resolve();
    });
  }));

/**
 * To be awaited between the messages of a batch, by all partitions of the process alike: what is in memory already is applied without ever waiting for
 * anything, and many full partitions together would let nothing else happen for seconds. `undefined`: go on at once.
 */
export const breath = (): Promise<void> | undefined => (performance.now() - turnedAtMs < WORK_MS_MAX ? undefined : nextTurn());
