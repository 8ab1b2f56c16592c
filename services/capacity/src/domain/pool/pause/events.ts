import type { RecordedAt } from '../at-instant.js';

export interface PoolPaused extends RecordedAt {
  readonly type: 'pool-paused';
  readonly cause: string;
}

export interface PoolResumed extends RecordedAt {
  readonly type: 'pool-resumed';
  readonly cause: string;
}

export type PauseEvent = PoolPaused | PoolResumed;
