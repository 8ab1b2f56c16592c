import { readFile } from 'node:fs/promises';
import { seededRandom } from '@drawdown/testing';
import { USAGE_CANCELLED_TYPE } from '../../src/application/usage/usage-message.js';
import type { OutgoingEvent } from '@drawdown/cloudevents';
import type { UsageForm } from '../support/usage-source.js';

export const EVENT_TYPE = 'llm.call';
const SOURCE = '/samples/usage-llm';
const SAMPLE = new URL('../../../../deploy/local/sample/usage-llm.csv', import.meta.url);

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** All calls lie within this time, so that none of them is late however long a test takes to publish them. */
const SPAN_MS = 20 * MINUTE_MS;
/** How long before the last call the late ones happened: later than an hour, within the late window. */
const LATE_MS_MIN = 3 * HOUR_MS;
const LATE_MS_MAX = 40 * HOUR_MS;
const STEP_EVENTS_MAX = 120;

/** Which share of the calls gets what kind of company. */
const SHARE = { repeated: 0.05, altered: 0.02, late: 0.02, cancelled: 0.03, cancelledBefore: 0.01 } as const;

/** What a producer publishes at once, in one of the two forms. */
export interface TraceStep {
  readonly form: UsageForm;
  readonly events: readonly OutgoingEvent[];
}

export interface Trace {
  readonly steps: readonly TraceStep[];
  readonly customers: readonly string[];
  /** By customer: what counts after repetitions, alterations and cancellations. Computed here, from the definitions alone. */
  readonly used: ReadonlyMap<string, number>;
  /** A whole minute after the last call; balances are compared there. */
  readonly endMs: number;
  /** Before the first late event. */
  readonly startMs: number;
}

interface Call {
  readonly customer: string;
  readonly timeMs: number;
  readonly tokens: number;
}

/**
 * The calls of the sample file, pressed into twenty minutes that ended a little before `nowMs`, in both message forms, and among them repetitions, other
 * events under known ids, late events, cancellations after and before what they take back. The same seed and instant give the same trace.
 */
export const sampleTrace = async (options: { readonly calls: number; readonly nowMs: number; readonly seed: number }): Promise<Trace> => {
  const random = seededRandom(options.seed);
  const endMs = Math.floor(options.nowMs / MINUTE_MS) * MINUTE_MS - MINUTE_MS;
  const calls = pressed((await readSample()).slice(0, options.calls), endMs);
  const ledger = new Ledger();
  const events = calls.flatMap((call, index) => companyOf(call, index, random, ledger));
  return {
    steps: stepsOf(events, random),
    customers: [...new Set(calls.map(({ customer }) => customer))].sort(),
    used: ledger.used,
    endMs,
    startMs: endMs - LATE_MS_MAX - 2 * HOUR_MS,
  };
};

/** What counts: the first event of an id, unless it was cancelled before or after. */
class Ledger {
  readonly used = new Map<string, number>();
  readonly published: { readonly customer: string; readonly event: OutgoingEvent; readonly tokens: number }[] = [];

  count(customer: string, tokens: number): void {
    this.used.set(customer, (this.used.get(customer) ?? 0) + tokens);
  }
}

/** A call, and what a producer that is not to be relied on publishes beside it. */
const companyOf = (call: Call, index: number, random: () => number, ledger: Ledger): OutgoingEvent[] => {
  const events: OutgoingEvent[] = [];
  const event = eventOf(call, `call-${index}`);
  const isBuried = random() < SHARE.cancelledBefore;
  if (isBuried) events.push(cancellationOf(event, index));
  else ledger.count(call.customer, call.tokens);
  events.push(event);
  if (!isBuried && random() < SHARE.cancelled) {
    events.push(cancellationOf(event, index));
    ledger.count(call.customer, -call.tokens);
  } else if (!isBuried) {
    ledger.published.push({ customer: call.customer, event, tokens: call.tokens });
  }
  const earlier = ledger.published[Math.floor(random() * ledger.published.length)];
  if (earlier !== undefined && random() < SHARE.repeated) events.push(earlier.event);
  if (earlier !== undefined && random() < SHARE.altered) events.push({ ...earlier.event, data: { tokens: earlier.tokens + 1 } });
  if (takesLate(call.customer) && random() < SHARE.late) {
    const lateMs = LATE_MS_MIN + Math.floor(random() * (LATE_MS_MAX - LATE_MS_MIN));
    events.push(eventOf({ ...call, timeMs: call.timeMs - lateMs }, `late-${index}`));
    ledger.count(call.customer, call.tokens);
  }
  return events;
};

/**
 * Half of the customers get late events, and with them corrections; the other half gets commands while the trace is published. What a correction says
 * depends on the grants of its moment, so a customer with both would say something else in each run.
 */
export const takesLate = (customer: string): boolean => Number(customer.replace(/\D/g, '')) % 2 === 0;

const eventOf = ({ customer, timeMs, tokens }: Call, id: string): OutgoingEvent => ({
  id,
  source: SOURCE,
  type: EVENT_TYPE,
  subject: customer,
  time: new Date(timeMs).toISOString(),
  data: { tokens },
});

const cancellationOf = ({ subject = '', id, source, time = '' }: OutgoingEvent, index: number): OutgoingEvent => ({
  id: `cancel-${index}`,
  source: SOURCE,
  type: USAGE_CANCELLED_TYPE,
  subject,
  time,
  data: { source, id },
});

const stepsOf = (events: readonly OutgoingEvent[], random: () => number): TraceStep[] => {
  const steps: TraceStep[] = [];
  for (let at = 0; at < events.length;) {
    const size = 1 + Math.floor(random() * STEP_EVENTS_MAX);
    steps.push({ form: random() < 0.5 ? 'single' : 'envelopes', events: events.slice(at, at + size) });
    at += size;
  }
  return steps;
};

const readSample = async (): Promise<Call[]> => {
  const [, ...lines] = (await readFile(SAMPLE, 'utf8')).trim().split('\n');
  return lines.map(line => {
    const [time = '', customer = '', input = '', output = ''] = line.split(',');
    return { customer, timeMs: Date.parse(time), tokens: Number(input) + Number(output) };
  });
};

const pressed = (calls: readonly Call[], endMs: number): Call[] => {
  const first = calls[0]?.timeMs ?? 0;
  const last = calls.at(-1)?.timeMs ?? 0;
  const share = SPAN_MS / Math.max(1, last - first);
  return calls.map(call => ({ ...call, timeMs: endMs - MINUTE_MS - Math.floor((last - call.timeMs) * share) }));
};
