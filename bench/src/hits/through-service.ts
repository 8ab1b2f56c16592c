import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { newRequestIdentity } from '@drawdown/cli';
import { Subjects } from '@drawdown/eventlog';
import { PropertiesServiceService, PropertySettings, Scope } from '@drawdown/proto/sessions';
import { RedisSessionStore } from '@drawdown/sessions';
import type { Hit } from '@drawdown/sessions/domain';
import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { onBed, type Bed } from '../bed/bed.js';
import { describeMachine, describeServers } from '../bed/circumstances.js';
import { addCpu, describeCpu, readCpu, usedBetween, type CpuSeconds, type WatchedProcess } from '../bed/cpu-time.js';
import { publishAll, type LastSequences } from '../ingest/publishing.js';
import { rawJetStream, type Side } from '../ingest/sides.js';
import { describeSpread, spreadOf } from '../pairs.js';
import { openOwnRedis, withoutForeignRedis, type OwnRedis } from './own-redis.js';
import { prepareCompletion, prepareHits, type PreparedHits } from './messages.js';
import { ClosedSessions } from './closed-sessions.js';
import { clientAt, ENCODED_BYTES, stampAt, webHit } from './web-hits.js';

const PREFIX = 'drawdown';
const LOOK_EVERY_MS = 20;
const CLIENTS = 1_000_000;
const STORED = { propertyId: 'joined', warmUpHits: 20_000, hitsPerPair: 50_000, pairs: 3 } as const;
const CLOSED = { propertyId: 'imported', warmUpSessions: 1_000, sessionsPerRun: 5_000, hitsPerSession: 10, runs: 3 } as const;
const MS_BETWEEN_HITS = 1_000;
const DAY_MS = 86_400_000;

/** Published hits until they are stored, and until the sessions that they became can be read. */
export const measureThroughService = (): Promise<void> =>
  onBed(
    'sessions',
    async bed => {
      const nats = await connect({ servers: bed.natsUrl, name: 'drawdown bench' });
      const own = await openOwnRedis(bed.launch, bed.redisUrl);
      const closed = await ClosedSessions.open(bed.mongodbUrl, PREFIX);
      try {
        bed.launch.say(`\n${describeMachine()}\n${await describeServers(bed)}\n${await own.describe()}`);
        const through = new ThroughService(bed, nats, own, closed);
        await through.measureStored();
        await through.measureClosed();
      } finally {
        await closed.close();
        await nats.close();
      }
    },
    withoutForeignRedis(process.env),
  );

/** What repeated runs of one thing took. */
interface Sum {
  readonly rates: number[];
  cpu: CpuSeconds;
}

interface PreparedImport {
  readonly hits: PreparedHits;
  readonly lane: string;
  readonly sessions: number;
}

class ThroughService {
  readonly #subjects = new Subjects(PREFIX);
  readonly #jetstream: JetStreamClient;
  readonly #store: RedisSessionStore;
  readonly #processes: readonly WatchedProcess[];
  #from = 0;

  constructor(
    private readonly bed: Bed,
    private readonly nats: NatsConnection,
    own: OwnRedis,
    private readonly closed: ClosedSessions,
  ) {
    this.#jetstream = jetstream(nats);
    this.#store = new RedisSessionStore(own.redis);
    this.#processes = [...bed.processes, { name: 'producer', pid: process.pid }];
  }

  /** Hits of now, of a property that joins clients: all of it lies in one state partition. */
  async measureStored(): Promise<void> {
    const { propertyId, warmUpHits, hitsPerPair, pairs } = STORED;
    await this.#createProperty(propertyId, Scope.PROPERTY);
    const ours: Side = {
      name: 'published → stored in its bucket, position moved',
      isOurs: true,
      run: async messages => this.#untilStored(await publishAll(this.#jetstream, messages)),
      tidy: async () => undefined,
    };
    const sides = [ours, await rawJetStream(this.nats)];
    const sums = sides.map((): Sum => ({ rates: [], cpu: new Map() }));
    const warmUp = this.#prepareLive(warmUpHits);
    for (const side of sides) await side.run(warmUp.messages);
    let payload = warmUp;
    for (let pair = 0; pair < pairs; pair += 1) {
      payload = this.#prepareLive(hitsPerPair);
      for (const [index, side] of sides.entries()) {
        const sum = sums[index];
        if (sum !== undefined) await this.#timed(sum, hitsPerPair, () => side.run(payload.messages));
        await side.tidy();
      }
    }
    this.#say(
      `published hits until they are stored: ${String(pairs)} pairs of ${String(hitsPerPair)} hits, ${describePayload(payload, hitsPerPair)}`,
    );
    for (const [index, { name }] of sides.entries()) this.#report(name, sums[index], pairs * hitsPerPair, 'hits');
    const ratios = sums[0]?.rates.map((rate, pair) => rate / (sums[1]?.rates[pair] ?? Number.NaN)) ?? [];
    this.bed.launch.say(`  ratio to raw JetStream publish: ${describeSpread(spreadOf(ratios), 3)}`);
  }

  /** An import of old hits, which closes as a whole: broker, ingest, close, hand-over, log, projection. */
  async measureClosed(): Promise<void> {
    const { propertyId, warmUpSessions, sessionsPerRun, hitsPerSession, runs } = CLOSED;
    await this.#createProperty(propertyId, Scope.CLIENT);
    const sum: Sum = { rates: [], cpu: new Map() };
    await this.#importSessions('warm-up', warmUpSessions);
    const hits = sessionsPerRun * hitsPerSession;
    for (let run = 0; run < runs; run += 1) {
      const prepared = this.#prepareImport(`run-${String(run)}`, sessionsPerRun);
      await this.#timed(sum, hits, () => this.#import(prepared));
    }
    const { sessions, hits: read } = await this.closed.count(this.bed.namespace, propertyId);
    assert.equal(sessions, warmUpSessions + runs * sessionsPerRun, 'every session is in MongoDB');
    assert.equal(read, sessions * hitsPerSession, 'with every hit');
    this.#say(`everything: ${String(runs)} imports of ${String(hits)} hits in ${String(sessionsPerRun)} sessions, until all can be read`);
    this.#report('broker, ingest, close, hand-over, log, projection', sum, runs * hits, 'hits');
  }

  async #importSessions(lane: string, sessions: number): Promise<void> {
    await this.#import(this.#prepareImport(lane, sessions));
  }

  #prepareImport(lane: string, sessions: number): PreparedImport {
    return { hits: prepareHits(this.#subjects, this.bed.namespace, this.#importHits(sessions), lane), lane, sessions };
  }

  async #import({ hits, lane, sessions }: PreparedImport): Promise<void> {
    const before = await this.closed.sessions(this.bed.namespace, CLOSED.propertyId);
    await publishAll(this.#jetstream, hits.messages);
    await publishAll(this.#jetstream, prepareCompletion(this.#subjects, this.bed.namespace, lane));
    while ((await this.closed.sessions(this.bed.namespace, CLOSED.propertyId)) < before + sessions) await pause(LOOK_EVERY_MS);
  }

  /** A client for each session, whose hits come among those of all others. */
  *#importHits(sessions: number): Iterable<Hit> {
    const from = this.#from;
    this.#from += sessions;
    const { namespace } = this.bed;
    const startMs = Date.now() - DAY_MS;
    for (let index = 0; index < sessions * CLOSED.hitsPerSession; index += 1) {
      const atMs = startMs + Math.floor(index / sessions) * MS_BETWEEN_HITS;
      yield webHit({ namespace, propertyId: CLOSED.propertyId, client: from + (index % sessions), atMs });
    }
  }

  #prepareLive(hits: number): PreparedHits {
    const from = this.#from;
    this.#from += hits;
    const { namespace } = this.bed;
    const atMs = Date.now();
    const shapes = Array.from({ length: hits }, (_, index) =>
      webHit({
        namespace,
        propertyId: STORED.propertyId,
        client: clientAt(from + index, CLIENTS),
        atMs,
        stamp: stampAt(from + index, CLIENTS),
      }),
    );
    return prepareHits(this.#subjects, namespace, shapes);
  }

  async #untilStored(last: LastSequences): Promise<void> {
    const { partition } = this.#subjects.parse(this.#subjects.property(this.bed.namespace, STORED.propertyId)) ?? {};
    assert(partition !== undefined, 'a property has a partition');
    for (;;) {
      const positions = await this.#store.positions(partition);
      if ([...last].every(([source, sequence]) => (positions?.get(source) ?? 0) >= sequence)) return;
      await pause(LOOK_EVERY_MS);
    }
  }

  async #createProperty(propertyId: string, scope: Scope): Promise<void> {
    const { client } = this.bed;
    const settings = PropertySettings.create({ scope });
    const { position } = await client.call(PropertiesServiceService.createProperty, { ...newRequestIdentity(), propertyId, settings });
    await client.call(PropertiesServiceService.getProperty, { propertyId, minPosition: position });
  }

  async #timed(sum: Sum, hits: number, work: () => Promise<void>): Promise<void> {
    const before = await readCpu(this.#processes);
    const startedMs = performance.now();
    await work();
    sum.rates.push((hits / (performance.now() - startedMs)) * 1_000);
    sum.cpu = addCpu(sum.cpu, usedBetween(before, await readCpu(this.#processes)));
  }

  #say(title: string): void {
    this.bed.launch.say(`\n${title}\n${describeMachine()}`);
  }

  #report(name: string, sum: Sum | undefined, count: number, unit: string): void {
    if (sum === undefined) return;
    this.bed.launch.say(`  ${name}: ${describeSpread(spreadOf(sum.rates), 0)} ${unit}/s\n    CPU: ${describeCpu(sum.cpu, count, 'hit')}`);
  }
}

const describePayload = ({ messages, payloadBytes }: PreparedHits, hits: number): string =>
  `${String(ENCODED_BYTES)} bytes each in the store, ${(hits / messages.length).toFixed(1)} hits and ${(payloadBytes / messages.length).toFixed(0)} payload bytes per message`;
