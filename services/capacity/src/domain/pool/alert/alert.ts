import { minus, plus } from '../../amount/exact.js';
import { earlier, type Horizon, type Seconds } from '../../amount/instant.js';
import { settle } from '../account.js';
import { isInTree } from '../loan/account.js';
import type { Recording } from '../recording.js';
import type { Pool } from '../state.js';
import type { AlertMeasure } from './events.js';
import { isShareBelow, shareBelowAt, shareLeft } from './share.js';

/** The largest threshold that a falling value meets next. */
const nextBelow = (descending: readonly number[], crossed: number | undefined): number | undefined => {
  if (crossed === undefined) return descending[0];
  for (const threshold of descending) if (threshold < crossed) return threshold;
  return undefined;
};

const timeAlertAt = ({ policy, alerts, emptyAt }: Pool): Horizon => {
  const threshold = nextBelow(policy.alerts.seconds, alerts.belowSeconds);
  return threshold === undefined || emptyAt === undefined ? undefined : plus(emptyAt, 1 - threshold);
};

/** In a tree the balance does not fall by the rates alone: there a share is looked at whenever something changes, and not foreseen. */
const shareAlertAt = (pool: Pool): Horizon => {
  if (isInTree(pool)) return undefined;
  const threshold = nextBelow(pool.policy.alerts.percents, pool.alerts.belowPercent);
  return threshold === undefined ? undefined : shareBelowAt(pool, threshold);
};

/** When somebody is to be told next that a pool runs low; absent: never. Idle and paused pools do not run low (capacity §15.2). */
export const alertsAt = (pool: Pool): Horizon => (pool.emptyAt === undefined ? undefined : earlier(timeAlertAt(pool), shareAlertAt(pool)));

/** Whether there is nothing to tell: the next threshold is not crossed, and the last one is still. */
const isAsTold = (descending: readonly number[], crossed: number | undefined, isBelow: (threshold: number) => boolean): boolean => {
  const next = nextBelow(descending, crossed);
  return (next === undefined || !isBelow(next)) && (crossed === undefined || isBelow(crossed));
};

/** How a pool stands to the thresholds of one kind. */
interface Standing {
  readonly measure: AlertMeasure;
  readonly descending: readonly number[];
  readonly crossed: number | undefined;
  readonly value: number;
  readonly isBelow: (threshold: number) => boolean;
}

/** Records the most severe of the thresholds that were newly crossed, or those that are no longer. */
const recordChanged = (recording: Recording, { measure, descending, crossed, value, isBelow }: Standing, at: Seconds): void => {
  const below = descending.filter(isBelow);
  const lowest = below.at(-1);
  if (lowest !== undefined && (crossed === undefined || lowest < crossed)) {
    recording.record({ type: 'threshold-crossed', measure, threshold: lowest, value, at });
  } else {
    const thresholds = descending.filter(each => each >= (crossed ?? 0) && !below.includes(each)).reverse();
    recording.record({ type: 'thresholds-cleared', measure, thresholds, stillCrossed: lowest, value, at });
  }
};

const recordTime = (recording: Recording, at: Seconds): void => {
  const { emptyAt, policy, alerts } = recording.pool;
  if (emptyAt === undefined) return;
  const left = minus(emptyAt, at);
  const isBelow = (threshold: number): boolean => left < threshold;
  const { seconds: descending } = policy.alerts;
  const { belowSeconds: crossed } = alerts;
  if (isAsTold(descending, crossed, isBelow)) return;
  recordChanged(recording, { measure: 'time', descending, crossed, value: left > 0 ? Number(left) : 0, isBelow }, at);
};

const recordShare = (recording: Recording, at: Seconds): void => {
  const { pool } = recording;
  const { balance } = settle(pool, at);
  const isBelow = (threshold: number): boolean => isShareBelow(pool, balance, threshold);
  const { percents: descending } = pool.policy.alerts;
  const { belowPercent: crossed } = pool.alerts;
  if (isAsTold(descending, crossed, isBelow)) return;
  const value = shareLeft(pool, balance);
  if (value !== Infinity) recordChanged(recording, { measure: 'share', descending, crossed, value, isBelow }, at);
};

/** Records what a change, or time, did to the thresholds of a pool. Of several that were jumped over only the most severe is told of. */
export const recordAlerts = (recording: Recording, at: Seconds): void => {
  if (recording.pool.emptyAt === undefined) return;
  recordTime(recording, at);
  recordShare(recording, at);
};
