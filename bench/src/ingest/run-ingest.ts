import assert from 'node:assert/strict';
import { Subjects } from '@drawdown/eventlog';
import { connect } from '@nats-io/transport-node';
import { MongoClient } from 'mongodb';
import { onBed, type Bed } from '../bed/bed.js';
import { describeMachine, describeServers } from '../bed/circumstances.js';
import { addCpu, readCpu, usedBetween, type CpuSeconds, type WatchedProcess } from '../bed/cpu-time.js';
import { createCustomers, customerKeys, usedByAll } from '../bed/customers.js';
import { describeForm, type Measured } from './report.js';
import { drawdown, rawBulkWrite, rawJetStream, type Side } from './sides.js';
import { prepareUsage, type PreparedUsage } from './usage.js';

/** How producers send, and how much of it is measured. */
export interface Form {
  readonly title: string;
  readonly eventsPerMessage: number;
  readonly eventsPerPair: number;
  readonly pairs: number;
}

const FORMS: readonly Form[] = [
  { title: 'In envelopes', eventsPerMessage: 100, eventsPerPair: 200_000, pairs: 5 },
  { title: 'One by one', eventsPerMessage: 1, eventsPerPair: 50_000, pairs: 5 },
];
const WARM_UP_EVENTS = 100_000;
const CUSTOMERS = 1_000;
const DAY_MS = 86_400_000;
const SERVICE_PREFIX = 'drawdown';

/** `npm run bench -- ingest` (design §10). */
export const runIngest = (): Promise<void> =>
  onBed('entitlements', async bed => {
    const { say } = bed.launch;
    const nats = await connect({ servers: bed.natsUrl, name: 'drawdown bench' });
    const mongodb = await MongoClient.connect(bed.mongodbUrl);
    try {
      say(`\n${describeMachine()}\n${await describeServers(bed)}`);
      const customers = customerKeys(CUSTOMERS);
      await createCustomers(bed.client, customers, Date.now() - DAY_MS);
      say(`${String(CUSTOMERS)} customers with one entitlement and two grants each, one meter.`);
      const sides = [drawdown(bed, nats), await rawJetStream(nats), rawBulkWrite(mongodb)];
      const run = new IngestRun(bed, sides, customers);
      for (const form of FORMS) say(describeForm(form, await run.measure(form)));
      assert.equal(await usedByAll(bed.client, customers), run.published, 'the balances count every event once');
      say(`\nRead back over gRPC: all customers used ${String(run.published)} tokens, exactly what was published.`);
    } finally {
      await mongodb.close();
      await nats.close();
    }
  });

class IngestRun {
  /** Tokens that were sent to the service. */
  published = 0n;
  readonly #processes: readonly WatchedProcess[];

  constructor(
    private readonly bed: Bed,
    private readonly sides: readonly Side[],
    private readonly customers: readonly string[],
  ) {
    this.#processes = [...bed.processes, { name: 'producer', pid: process.pid }];
  }

  /** Every side in turn, as often as the form says; the first round is not counted. */
  async measure(form: Form): Promise<readonly Measured[]> {
    const warmUp = this.#prepare(form, WARM_UP_EVENTS);
    for (const side of this.sides) await this.#once(side, warmUp);
    const measured = this.sides.map((side): Measured => ({
      side: side.name,
      rates: [],
      cpu: new Map(),
      events: 0,
      payloadBytes: 0,
      messages: 0,
    }));
    for (let pair = 0; pair < form.pairs; pair += 1) {
      const usage = this.#prepare(form, form.eventsPerPair);
      for (const [index, side] of this.sides.entries()) {
        const { seconds, cpu } = await this.#once(side, usage);
        const sum = measured[index];
        if (sum === undefined) continue;
        sum.rates.push(usage.events / seconds);
        sum.cpu = addCpu(sum.cpu, cpu);
        sum.events += usage.events;
        sum.messages += usage.messages.length;
        sum.payloadBytes += usage.payloadBytes;
      }
    }
    return measured;
  }

  #prepare({ eventsPerMessage }: Form, events: number): PreparedUsage {
    return prepareUsage(new Subjects(SERVICE_PREFIX), {
      namespace: this.bed.namespace,
      customers: this.customers,
      events,
      eventsPerMessage,
    });
  }

  async #once(side: Side, usage: PreparedUsage): Promise<{ readonly seconds: number; readonly cpu: CpuSeconds }> {
    const before = await readCpu(this.#processes);
    const startedMs = performance.now();
    await side.run(usage.messages);
    const seconds = (performance.now() - startedMs) / 1_000;
    const cpu = usedBetween(before, await readCpu(this.#processes));
    if (side.isOurs) this.published += usage.tokens;
    await side.tidy();
    return { seconds, cpu };
  }
}
