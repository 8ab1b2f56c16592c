import type { Seconds } from '../amount/instant.js';
import type { WorkloadContent } from './content.js';

/** A workload as its customer asks for it; texts are kept as they came (capacity §7). */
export interface WorkloadRequest {
  /** 0: one is to be given out. Part of the signed text as it came. */
  readonly workloadId: number;
  readonly poolId: number;
  readonly nodeId: string;
  readonly customerTid: number;
  /** Must be empty. */
  readonly reference: string;
  /** Seconds that the text names. */
  readonly epoch: Seconds;
  readonly description: string;
  readonly metadata: string;
  readonly content: WorkloadContent;
  /** Ed25519 as hex. */
  readonly customerSignature: string;
}
