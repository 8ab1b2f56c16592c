import type { Timestamp } from '@drawdown/proto';

const MS_PER_SECOND = 1_000;
const NANOS_PER_MS = 1_000_000;

export const toApiTimestamp = (instantMs: number): Timestamp => {
  const seconds = Math.floor(instantMs / MS_PER_SECOND);
  return { seconds, nanos: Math.floor(instantMs - seconds * MS_PER_SECOND) * NANOS_PER_MS };
};
