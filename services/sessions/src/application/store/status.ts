/** Closes that await their hand-over. */
export interface QueueStatus {
  readonly length: number;
  /** How long the first one has been due. */
  readonly overdueMs: number;
  /** Its close id; null when there is none. */
  readonly firstCloseId: string | null;
}

/** What is open in one lane of a state partition. */
export interface OpenLoad {
  readonly sessions: number;
  /** Sizes of their hits (sessions §2.2), raw and compacted ones alike. */
  readonly bytes: number;
}

/** Of the fullest server. */
export interface MemoryUse {
  readonly usedBytes: number;
  readonly maxBytes: number;
}
