import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '@drawdown/errors';
import { LIMITS } from '../limits.js';
import type { OwnProcess } from './own-process.js';

/**
 * Asks again until `probe` does not throw. Gives up at once when the process behind it has ended, and after `msMax`.
 * @throws Fault `NOT_READY` with the last answer, or with the end of the process' log.
 */
export const untilReady = async (
  process: OwnProcess,
  probe: () => Promise<void>,
  msMax: number = LIMITS.serverReadyMsMax,
): Promise<void> => {
  let exit: string | undefined;
  void process.exited.then(({ description }) => (exit = description));
  const giveUpAt = performance.now() + msMax;
  for (;;) {
    const problem = await probe().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (exit !== undefined) throw new Fault('NOT_READY', exit);
    if (problem === undefined) return;
    if (performance.now() > giveUpAt) {
      throw new Fault('NOT_READY', `${process.name} was not ready within ${String(msMax)} ms: ${problem}`);
    }
    await pause(LIMITS.probePauseMs);
  }
};
