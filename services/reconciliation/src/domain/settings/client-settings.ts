import { Refusal } from '@drawdown/errors';
import { firstSet } from '../definition/options.js';

/** Times of a client in ms; absent and 0 mean the default (reconciliation §12). */
export interface ClientSettings {
  /** Negative: no timeout. */
  readonly workTimeoutMs: number;
  /** Negative: no timeout. */
  readonly informTimeoutMs: number;
  readonly maintenanceIntervalMs: number;
  readonly cleanerIntervalMs: number;
  /** Negative: nothing is informed periodically. */
  readonly informIntervalMs: number;
  /** Negative: runs are not delayed. */
  readonly informJitterMs: number;
  readonly cleanerTimeoutMs: number;
  readonly deletedRetentionMs: number;
  readonly syncedRetentionMs: number;
  readonly degradedRetentionMs: number;
  /** Negative: overdue records are not looked for. */
  readonly stuckScheduledThresholdMs: number;
}

type Name = keyof ClientSettings;

const DEFAULTS: ClientSettings = {
  workTimeoutMs: 60_000,
  informTimeoutMs: 60_000,
  maintenanceIntervalMs: 60_000,
  cleanerIntervalMs: 900_000,
  informIntervalMs: 3_600_000,
  informJitterMs: 60_000,
  cleanerTimeoutMs: 30_000,
  deletedRetentionMs: 86_400_000,
  syncedRetentionMs: 86_400_000,
  degradedRetentionMs: 86_400_000,
  stuckScheduledThresholdMs: 3_600_000,
};

const MAY_BE_NEGATIVE: ReadonlySet<Name> = new Set([
  'workTimeoutMs',
  'informTimeoutMs',
  'informIntervalMs',
  'informJitterMs',
  'stuckScheduledThresholdMs',
]);

/** @throws Refusal `INTERVAL_INVALID` for one that is no whole number, or negative where that means nothing. */
export const resolveClientSettings = (given: { readonly [Each in Name]?: number | null | undefined }): ClientSettings => {
  const resolve = (name: Name): number => {
    const value = firstSet(given[name]) ?? DEFAULTS[name];
    if (Number.isSafeInteger(value) && (value > 0 || MAY_BE_NEGATIVE.has(name))) return value;
    throw new Refusal('INTERVAL_INVALID', `${name} cannot be ${value}`, { setting: name });
  };
  return {
    workTimeoutMs: resolve('workTimeoutMs'),
    informTimeoutMs: resolve('informTimeoutMs'),
    maintenanceIntervalMs: resolve('maintenanceIntervalMs'),
    cleanerIntervalMs: resolve('cleanerIntervalMs'),
    informIntervalMs: resolve('informIntervalMs'),
    informJitterMs: resolve('informJitterMs'),
    cleanerTimeoutMs: resolve('cleanerTimeoutMs'),
    deletedRetentionMs: resolve('deletedRetentionMs'),
    syncedRetentionMs: resolve('syncedRetentionMs'),
    degradedRetentionMs: resolve('degradedRetentionMs'),
    stuckScheduledThresholdMs: resolve('stuckScheduledThresholdMs'),
  };
};
