import { ExactNumber, numberText } from '@drawdown/cloudevents';
import { isRefusal } from '@drawdown/errors';
import { ONE, parseEventQuantity, type Quantity } from '@drawdown/quantity';
import type { Meter } from '../catalog/meter.js';
import { parseValuePath, valueAt, type ValuePath } from './value-path.js';

/** A meter made ready for many events: its paths are read once. */
export interface MeasuringMeter {
  readonly meter: Meter;
  readonly valuePath: ValuePath | undefined;
  /** In the order of the names, so that the same groups always give the same key. */
  readonly groups: readonly { readonly name: string; readonly path: ValuePath }[];
}

/** What one event is worth to one meter, and in which group. */
export interface Measurement {
  readonly amount: Quantity;
  /** Group values as canonical JSON, in the order of the names; `[]` for a meter without groups. */
  readonly group: string;
}

const UNGROUPED = '[]';

export const measuring = (meter: Meter): MeasuringMeter => ({
  meter,
  valuePath: meter.valuePath === undefined ? undefined : parseValuePath(meter.valuePath),
  groups: Object.keys(meter.groupBy)
    .sort()
    .map(name => ({ name, path: parseValuePath(meter.groupBy[name] ?? '$') })),
});

/**
 * What `data` is worth to the meter, or `undefined` where the value is missing, not a number, not finite or negative: such an event is
 * invalid for this meter, kept and not counted (entitlements §13.3). Rounded half-even to 12 decimals (§15).
 */
export const measure = (measuringMeter: MeasuringMeter, data: unknown): Measurement | undefined => {
  const amount = amountOf(measuringMeter, data);
  if (amount === undefined) return undefined;
  return { amount, group: measuringMeter.groups.length === 0 ? UNGROUPED : groupOf(measuringMeter, data) };
};

const amountOf = ({ valuePath }: MeasuringMeter, data: unknown): Quantity | undefined => {
  if (valuePath === undefined) return ONE;
  const value = valueAt(valuePath, data);
  const text = typeof value === 'string' ? value : textOfNumber(value);
  const amount = text === undefined ? undefined : quantityOrUndefined(text);
  return amount === undefined || amount < 0n ? undefined : amount;
};

const quantityOrUndefined = (text: string): Quantity | undefined => {
  try {
    return parseEventQuantity(text);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
};

const groupOf = ({ groups }: MeasuringMeter, data: unknown): string =>
  JSON.stringify(groups.map(({ path }) => groupValue(valueAt(path, data))));

const groupValue = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return textOfNumber(value) ?? '';
};

const textOfNumber = (value: unknown): string | undefined =>
  typeof value === 'number' || value instanceof ExactNumber ? numberText(value) : undefined;
