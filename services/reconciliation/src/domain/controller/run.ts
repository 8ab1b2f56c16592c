import type { InstantMs } from '@drawdown/calendar';
import type { JsonObject } from '../content/json.js';

/** What an informer is told; what it means is the reconciler's business (reconciliation §7.2). */
export interface InformerOptions {
  readonly labels: JsonObject;
  /** Exclusive. */
  readonly after: InstantMs;
  /** 0 = none. */
  readonly limit: number;
  readonly orderBy: string;
}

/** What somebody asks of a run; what is absent is left to the run or to the default. */
export interface RunWishes {
  readonly processExisting?: boolean | undefined;
  readonly options?: { readonly [Name in keyof InformerOptions]?: InformerOptions[Name] | undefined } | undefined;
}

/** `foreground`: somebody waits for it, and hears of its failure instead of having it retried. */
export type RunOrigin = 'pass' | 'demand' | 'foreground';

/** A run that is asked for and not yet done. */
export interface InformerRun {
  readonly runId: string;
  readonly origin: RunOrigin;
  readonly wishes: RunWishes;
  /** The mark when it was asked for, or what was asked for instead; a delay does not change it. */
  readonly after: InstantMs;
  readonly requestedAt: InstantMs;
  /** It may begin from here on. */
  readonly notBefore: InstantMs;
  /** Attempts begun. */
  readonly attempts: number;
  /** Who runs it; null while nobody does. */
  readonly lease: { readonly owner: string; readonly startedAt: InstantMs; readonly expiresAt: InstantMs } | null;
}

/** A run as it is performed, everything resolved. */
export interface PerformedRun {
  readonly processExisting: boolean;
  readonly options: InformerOptions;
}

/**
 * What a run does.
 * @param wishes of whoever performs it, before its own; options are taken whole, but for `after`.
 * @param lookbackMs how much further back the source is to be asked, because it shows things late.
 */
export const performedRun = (run: InformerRun, wishes: RunWishes = {}, lookbackMs = 0): PerformedRun => {
  const options = wishes.options ?? run.wishes.options ?? {};
  return {
    processExisting: wishes.processExisting ?? run.wishes.processExisting ?? false,
    options: {
      labels: options.labels ?? {},
      after: (options.after ?? run.after) - lookbackMs,
      limit: options.limit ?? 0,
      orderBy: options.orderBy ?? '',
    },
  };
};

/** Whether a run saw everything since the mark, so that the mark may move (§7.3). */
export const isCovering = ({ processExisting, options }: PerformedRun, mark: InstantMs): boolean =>
  !processExisting && Object.keys(options.labels).length === 0 && options.limit === 0 && options.after <= mark;
