import type { Scope } from '../../domain/index.js';

/** Where a wheel turns: a state partition, and a lane of it (sessions §12.1, §12.2). */
export interface Wheel {
  readonly state: number;
  readonly lane: string;
}

/** What a wheel is turned by. */
export interface WheelCall extends Wheel {
  readonly scope: Scope;
  /** Sources whose smallest watermark counts; the wheel stands still until each has reported (sessions §12.1). */
  readonly sources: readonly number[];
  readonly tickSeconds: number;
  readonly limit: number;
  readonly epoch: number;
}

export interface BeginCloseCall extends WheelCall {
  readonly closeLagTicks: number;
}

export interface BeginCloseReply {
  readonly closeIds: readonly string[];
  /** The pointer or the work moved: ask again at once. */
  readonly progressed: boolean;
  readonly nextBucket: number | null;
  readonly watermarkMs: number | null;
}

/** What partition status tells of one wheel (sessions §15.14). */
export interface WheelStatus {
  readonly scope: Scope;
  readonly nextBucket: number | null;
  readonly watermarksMs: ReadonlyMap<number, number>;
  readonly oldestOpenMs: number | null;
  readonly buckets: number;
}
