import { type Attributes, type Counter, type Histogram, metrics, type ObservableGauge, type UpDownCounter } from '@opentelemetry/api';

import { DURATION_BOUNDARIES_SECONDS } from './names.js';

interface MetricDeclaration {
  readonly name: string;
  readonly unit: string;
}

const meter = () => metrics.getMeter('drawdown');

/** Instruments are made after `startTelemetry`: one made earlier belongs to no reader. */
export const durationHistogram = ({ name, unit }: MetricDeclaration, description: string): Histogram =>
  meter().createHistogram(name, { unit, description, advice: { explicitBucketBoundaries: [...DURATION_BOUNDARIES_SECONDS] } });

export const counter = ({ name, unit }: MetricDeclaration, description: string): Counter =>
  meter().createCounter(name, { unit, description });

export const upDownCounter = ({ name, unit }: MetricDeclaration, description: string): UpDownCounter =>
  meter().createUpDownCounter(name, { unit, description });

/** A gauge that asks for its values when it is read; each value comes with its attributes. */
export const gauge = (
  { name, unit }: MetricDeclaration,
  description: string,
  read: () => readonly { readonly value: number; readonly attributes: Attributes }[],
): ObservableGauge => {
  const instrument = meter().createObservableGauge(name, { unit, description });
  instrument.addCallback(result => {
    for (const { value, attributes } of read()) result.observe(value, attributes);
  });
  return instrument;
};
