import { forecast, type Forecast, type PlannedChange, type Seconds } from '../../domain/index.js';
import type { Question } from './question.js';

export interface ForecastAsked {
  readonly plan: readonly PlannedChange[];
  /** Absent: until it is empty. */
  readonly until: Seconds | undefined;
}

/** How long the pool lasts under a plan (capacity §15.1). */
export const poolForecast: Question<'pool', ForecastAsked, Forecast> = {
  kind: 'pool',
  answer: (pool, { plan, until }, now) => forecast(pool, plan, until, now),
};
