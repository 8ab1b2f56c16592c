import type { Timestamp } from '@drawdown/proto';
import { ulid } from 'ulid';
import { toTimestamp } from './instants.js';

/** What makes a command one command however often it is sent (design §3.11). */
export interface RequestIdentity {
  readonly requestId: string;
  readonly requestTime: Timestamp;
}

/** Made once per command, before the first attempt, and sent again unchanged with every other one. */
export const newRequestIdentity = (): RequestIdentity => ({ requestId: ulid(), requestTime: toTimestamp(Date.now()) });
