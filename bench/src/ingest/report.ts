import { describeMachine } from '../bed/circumstances.js';
import { describeCpu, type CpuSeconds } from '../bed/cpu-time.js';
import { describeSpread, spreadOf } from '../pairs.js';
import type { Form } from './run-ingest.js';

/** What was measured of one side over all pairs. */
export interface Measured {
  readonly side: string;
  /** Events per second, one for each pair. */
  readonly rates: number[];
  cpu: CpuSeconds;
  events: number;
  messages: number;
  payloadBytes: number;
}

/** The first side is ours; the others are the limits that it is held against. */
export const describeForm = (form: Form, measured: readonly Measured[]): string => {
  const [ours, ...limits] = measured;
  if (ours === undefined) return '';
  const perMessage = (ours.events / ours.messages).toFixed(1);
  return [
    `\n${form.title}: ${String(form.pairs)} pairs of ${String(form.eventsPerPair)} events, ${perMessage} events and ` +
      `${(ours.payloadBytes / ours.messages).toFixed(0)} payload bytes per message`,
    describeMachine(),
    ...measured.flatMap(describeSide),
    ...limits.map(limit => describeRatio(ours, limit)),
  ].join('\n');
};

const describeSide = ({ side, rates, cpu, events }: Measured): readonly string[] => [
  `  ${side}: ${describeSpread(spreadOf(rates), 0)} events/s`,
  `    CPU: ${describeCpu(cpu, events, 'event')}`,
];

const describeRatio = (ours: Measured, limit: Measured): string => {
  const ratios = ours.rates.map((rate, pair) => rate / (limit.rates[pair] ?? Number.NaN));
  return `  ratio to ${limit.side}: ${describeSpread(spreadOf(ratios), 3)}`;
};
