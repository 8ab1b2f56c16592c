import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '@drawdown/errors';

const LOOK_AGAIN_MS = 50;

/** Waits for what others do. @throws Fault `WAIT_ABORTED` */
export const lookAgain = async (signal: AbortSignal): Promise<void> => {
  await pause(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  goesOn(signal);
};

/** @throws Fault `WAIT_ABORTED` */
export const goesOn = (signal: AbortSignal): void => {
  if (signal.aborted) throw new Fault('WAIT_ABORTED', 'the erasure broke off: sent again with the same id it goes on');
};
