import { AlertMeasure, type Alert } from '@drawdown/proto/capacity';
import type { AlertSummary } from '../../../application/questions/pool-alerts.js';
import { toApiHorizon } from './amounts.js';

export const toApiAlert = ({ measure, threshold, isCrossed, dueAt }: AlertSummary): Alert => ({
  measure: measure === 'time' ? AlertMeasure.TIME : AlertMeasure.SHARE,
  threshold,
  crossed: isCrossed,
  dueAt: toApiHorizon(dueAt),
});
