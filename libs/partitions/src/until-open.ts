import { setTimeout as pause } from 'node:timers/promises';
import type { PartitionHost } from './host.js';

/** A replica that cannot open what it owns by then serves all the same: the others, and what is stored, answer for it. */
const OPEN_MS_MAX = 30_000;
const LOOK_AGAIN_MS = 20;

/** Until every partition that nobody else holds is open here, so that the first call finds an owner; those of other replicas are theirs to open. */
export const untilOpen = async (host: Pick<PartitionHost<unknown>, 'status'>): Promise<void> => {
  const giveUpAtMs = performance.now() + OPEN_MS_MAX;
  const isOpening = (): boolean => host.status().some(({ owner, isOpen }) => owner === undefined || isOpen === false);
  while (isOpening() && performance.now() < giveUpAtMs) await pause(LOOK_AGAIN_MS);
};
