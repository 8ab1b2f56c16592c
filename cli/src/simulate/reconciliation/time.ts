import type { InstantMs } from '@drawdown/calendar';
import { scenarioInvalid, type Fields } from './fields.js';

/** What the scenario's clock calls 0. Any day does that is not the epoch, which means "never" to an informer. */
const START: InstantMs = Date.UTC(2026, 2, 1);

/** Beyond it there are no dates. */
const INSTANT_MS_MAX = 8_600_000_000_000_000;

export const fromScenario = (instant: number): InstantMs => START + instant;

export const toScenario = (instant: InstantMs): number => instant - START;

export const toScenarioOrNull = (instant: InstantMs | null): number | null => (instant === null ? null : toScenario(instant));

/** An instant of the scenario as one of the domain. */
export const readInstant = (fields: Fields, name: string): InstantMs => {
  const instant = fields.integer(name);
  if (Math.abs(instant) > INSTANT_MS_MAX) throw scenarioInvalid(`${fields.path}.${name}`, 'is no date');
  return fromScenario(instant);
};
