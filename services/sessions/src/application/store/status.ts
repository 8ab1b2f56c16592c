/** Closes that await their hand-over. */
export interface QueueStatus {
  readonly length: number;
  /** How long the first one has been due. */
  readonly overdueMs: number;
  /** Its close id; null when there is none. */
  readonly firstCloseId: string | null;
}

/** Of the fullest server. */
export interface MemoryUse {
  readonly usedBytes: number;
  readonly maxBytes: number;
}
