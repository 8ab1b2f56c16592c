import fc from 'fast-check';
import { ALL_PARTITIONS, Deployment } from './deployment.js';
import { eventually, patiently } from './eventually.js';
import { startReplica, type Replica } from './replicas.js';
import { SequenceStore } from './sequence-store.js';

const RUNS = 4;
const STEPS_MAX = 10;
const REPLICAS_MAX = 3;
const CUSTOMERS_PER_PARTITION = 2;
const PARTITIONS_USED = ALL_PARTITIONS.filter(partition => partition % 8 === 0);
/** Shorter than elsewhere, for each run waits for several leases to expire. A lease lost by accident on a busy machine does no harm here. */
const TIMES = { ttlMs: 1_000, renewEveryMs: 200, stepDownMs: 650 };

interface Step {
  readonly kind: 'publish' | 'start' | 'kill' | 'drain' | 'interrupt';
  /** Which of the living replicas it happens to; a step without such a one is passed over. */
  readonly which: number;
}

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom('publish', 'publish', 'start', 'start', 'kill', 'drain', 'interrupt'),
    which: fc.nat(REPLICAS_MAX - 1),
  }),
  { minLength: 4, maxLength: STEPS_MAX },
);

/** Replicas that come and go around one store, and what was published so far. */
class World {
  readonly store = new SequenceStore();
  readonly published = new Map<string, string[]>();
  private readonly alive: Replica[] = [];
  private readonly gone: Replica[] = [];
  private named = 0;

  constructor(private readonly deployment: Deployment) {}

  async step(step: Step): Promise<void> {
    if (step.kind === 'publish') return this.publish();
    if (step.kind === 'start') return this.start();
    const chosen = this.alive[step.which];
    if (chosen === undefined) return;
    if (step.kind === 'interrupt') return chosen.nats.reconnect();
    this.alive.splice(step.which, 1);
    this.gone.push(chosen);
    // A killed one goes on in memory with what it had: the worst kind of former owner.
    await (step.kind === 'kill' ? chosen.kill() : chosen.host.drain());
  }

  async start(): Promise<void> {
    if (this.alive.length >= REPLICAS_MAX) return;
    this.named += 1;
    this.alive.push(await startReplica(this.deployment, `replica-${this.named}`, this.store, { leaseTimes: TIMES }));
  }

  async publish(): Promise<void> {
    for (const partition of PARTITIONS_USED) {
      for (let which = 0; which < CUSTOMERS_PER_PARTITION; which += 1) {
        const subject = this.deployment.subjects.usageStored('ns', this.deployment.customerOf(partition, which));
        const texts = this.published.get(subject) ?? [];
        const text = String(texts.length);
        this.published.set(subject, [...texts, text]);
        await this.deployment.publishUsage(partition, text, which);
      }
    }
  }

  appliedBySubject(): Map<string, (string | undefined)[]> {
    const result = new Map<string, (string | undefined)[]>();
    for (const { subject, text } of this.store.applied) result.set(subject, [...(result.get(subject) ?? []), text]);
    return result;
  }

  async end(): Promise<void> {
    await Promise.all([...this.alive, ...this.gone].map(({ host }) => host.drain()));
  }
}

patiently('applies every message once and in the order of its key, however replicas come and go', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async plan => {
      const deployment = await Deployment.create(TIMES);
      const world = new World(deployment);
      try {
        await world.start();
        await world.publish();
        for (const step of plan) await world.step(step);
        await world.start();
        await world.publish();
        const expected = [...world.published.values()].flat().length;
        await eventually('everything is applied', () => world.store.applied.length >= expected);
        expect(world.appliedBySubject()).toEqual(world.published);
      } finally {
        await world.end();
        await deployment.destroy();
      }
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});
