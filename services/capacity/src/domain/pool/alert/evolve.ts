import type { Draft } from '../draft.js';
import type { AlertEvent, AlertMeasure } from './events.js';

const crossedTo = (next: Draft, measure: AlertMeasure, threshold: number | undefined): void => {
  next.alerts = measure === 'time' ? { ...next.alerts, belowSeconds: threshold } : { ...next.alerts, belowPercent: threshold };
};

export const alerted = (next: Draft, event: AlertEvent): void =>
  crossedTo(next, event.measure, event.type === 'threshold-crossed' ? event.threshold : event.stillCrossed);
