import type { HandOver } from '../storage/aux-stores.js';

/** Told what did not go as it should; each is worth a log line and a metric. */
export interface WheelReport {
  /** The Closer refused a proto-session; it is asked again. */
  retrying(handOver: HandOver, reason: string): void;
  /** It was refused too often and is kept in the dead letters (D7). */
  parked(handOver: HandOver, reason: string): void;
  /** A proto-session could not be taken out of the stores; a later bucket tries again. */
  postponed(sessionKey: string, reason: string): void;
  /** A processed bucket's set is left in the store. */
  notDropped(bucket: number, reason: string): void;
}

const nothing = (): void => undefined;

export const SILENT_REPORT: WheelReport = { retrying: nothing, parked: nothing, postponed: nothing, notDropped: nothing };
