import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '@drawdown/errors';
import { decodePosition, PARTITIONS, type Position } from '@drawdown/eventlog';
import type { ReadModel, Watermark } from '@drawdown/projections';
import type { CallLimits } from '../../../application/calls.js';
import type { Reflected } from '../../../application/queries/ports.js';
import { fromDbWatermark } from '../partition-store.js';

/** How long a list that must not be older than a position waits between two looks at the documents. */
const LOOK_AGAIN_MS = 20;

export interface ReachedOptions {
  readonly readModel: () => ReadModel;
  /** Of the capacity stream; positions of another one are unknown (design §3.17). */
  readonly incarnation: string;
  readonly nowMs: () => number;
}

/**
 * Waits until the documents of all partitions are complete, and have everything up to a position.
 * @throws Refusal as `decodePosition`; Fault `NOT_READY`, `STALE_READ` when the caller's time is over
 */
export const documentsReached = async (
  { readModel, incarnation, nowMs }: ReachedOptions,
  minPosition: string,
  limits: CallLimits,
): Promise<Reflected> => {
  const wanted = minPosition === '' ? [] : decodePosition(minPosition, { capacity: incarnation });
  for (;;) {
    const missing = missingIn(await readModel().watermarks.readAll(), wanted);
    if (missing === undefined) return { position: minPosition, isStale: false, asOfMs: nowMs() };
    if (limits.remainingMs() < LOOK_AGAIN_MS) throw missing;
    await pause(LOOK_AGAIN_MS);
  }
};

const missingIn = (stored: ReadonlyMap<number, Watermark>, wanted: Position): Fault | undefined => {
  const folded = [...stored.values()].filter(watermark => fromDbWatermark(watermark).isFolded).length;
  if (folded < PARTITIONS) {
    return new Fault('NOT_READY', 'the documents are being folded from the log', { partitionsFolded: String(folded) });
  }
  const behind = wanted.find(({ partition, sequence }) => fromDbWatermark(stored.get(partition)).sequence < sequence);
  if (behind === undefined) return undefined;
  const { stream, sequence } = behind;
  return new Fault('STALE_READ', 'the position is not reached yet', { stream, sequence: String(sequence) });
};
