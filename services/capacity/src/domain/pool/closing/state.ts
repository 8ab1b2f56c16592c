import type { Seconds } from '../../amount/instant.js';

/** How a pool ended. */
export interface Closing {
  readonly at: Seconds;
  readonly cause: string;
}
