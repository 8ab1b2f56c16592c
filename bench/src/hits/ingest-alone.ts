import assert from 'node:assert/strict';
import { RedisSessionStore, type HitRecord } from '@drawdown/sessions';
import type { Redis } from 'ioredis';
import { describeMachine } from '../bed/circumstances.js';
import { addCpu, describeCpu, readCpu, usedBetween, type CpuSeconds, type WatchedProcess } from '../bed/cpu-time.js';
import { describeSpread, spreadOf } from '../pairs.js';
import type { Fsync, OwnRedis } from './own-redis.js';
import { describeTimes } from './quantiles.js';
import { propertyOf, RecordMaker, Sources } from './store-hits.js';
import { ENCODED_BYTES } from './web-hits.js';

const CLIENTS = 1_000_000;
const WARM_UP_HITS = 20_000;
const HITS_PER_PAIR = 100_000;
const PAIRS = 5;
/** A million hits in the half hour until sessions expire. */
const MS_PER_HIT = 1.8;
/** The database of the raw lists, so that they can be emptied alone. */
const RAW_DATABASE = 1;

/** How calls are made: one after the other, or by several sources that each wait for theirs, as the owner of several partitions does. */
interface Form {
  readonly fsync: Fsync;
  readonly sources: number;
}

const FORMS: readonly Form[] = [
  { fsync: 'always', sources: 1 },
  { fsync: 'always', sources: 4 },
  { fsync: 'everysec', sources: 1 },
  { fsync: 'everysec', sources: 4 },
];

/** `ingest` of the store beside the same bytes pushed raw onto lists, in interleaved pairs. */
export const measureIngestAlone = async (own: OwnRedis, say: (line: string) => void): Promise<void> => {
  const maker = new RecordMaker(propertyOf('property'), CLIENTS, MS_PER_HIT);
  for (const form of FORMS) {
    await own.setFsync(form.fsync);
    await own.redis.flushall();
    const store = await RedisSessionStore.open(own.redis, { durability: { kind: form.fsync === 'always' ? 'aof' : 'none' } });
    say(await new Alone(own, store, maker, form).measure());
  }
};

class Alone {
  readonly #sources: Sources;
  readonly #raw: Redis;
  readonly #processes: readonly WatchedProcess[];
  readonly #rates = { ours: [] as number[], raw: [] as number[] };
  readonly #callMs = { ours: [] as number[], raw: [] as number[] };
  #cpu: { ours: CpuSeconds; raw: CpuSeconds } = { ours: new Map(), raw: new Map() };
  #merges = 0;
  #from = 0;

  constructor(
    private readonly own: OwnRedis,
    store: RedisSessionStore,
    private readonly maker: RecordMaker,
    private readonly form: Form,
  ) {
    this.#sources = new Sources(store, 'property');
    this.#raw = own.redis.duplicate({ db: RAW_DATABASE });
    this.#processes = [own.process, { name: 'caller', pid: process.pid }];
  }

  async measure(): Promise<string> {
    await this.#sources.ingest(this.#batches(WARM_UP_HITS), this.form.sources);
    for (let pair = 0; pair < PAIRS; pair += 1) await this.#pair();
    const used = await this.own.describe();
    this.#raw.disconnect();
    return this.#describe(used);
  }

  #batches(hits: number): readonly (readonly HitRecord[])[] {
    const batches = this.maker.batches(this.#from, hits);
    this.#from += hits;
    return batches;
  }

  async #pair(): Promise<void> {
    const batches = this.#batches(HITS_PER_PAIR);
    await this.#timed('ours', async () => {
      const { callMs, outcomes, merges } = await this.#sources.ingest(batches, this.form.sources);
      const taken = (outcomes.get('stored') ?? 0) + (outcomes.get('joined') ?? 0);
      assert.equal(taken, HITS_PER_PAIR, 'every hit is stored');
      this.#merges += merges;
      this.#callMs.ours.push(...callMs);
    });
    await this.#timed('raw', () => this.#push(batches));
    await this.#raw.flushdb('ASYNC');
  }

  async #timed(side: 'ours' | 'raw', work: () => Promise<void>): Promise<void> {
    const before = await readCpu(this.#processes);
    const startedMs = performance.now();
    await work();
    this.#rates[side].push((HITS_PER_PAIR / (performance.now() - startedMs)) * 1_000);
    this.#cpu = { ...this.#cpu, [side]: addCpu(this.#cpu[side], usedBetween(before, await readCpu(this.#processes))) };
  }

  /** Pipelines of as many pushes as a call has hits, as many beside each other. */
  async #push(batches: readonly (readonly HitRecord[])[]): Promise<void> {
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let batch = batches[next++]; batch !== undefined; batch = batches[next++]) {
        const startedMs = performance.now();
        const pipeline = this.#raw.pipeline();
        for (const { clientKey, encoded } of batch)
          pipeline.rpush(clientKey, Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength));
        await pipeline.exec();
        this.#callMs.raw.push(performance.now() - startedMs);
      }
    };
    await Promise.all(Array.from({ length: this.form.sources }, lane));
  }

  #describe(server: string): string {
    const { sources } = this.form;
    const hits = PAIRS * HITS_PER_PAIR;
    const ratios = this.#rates.ours.map((rate, pair) => rate / (this.#rates.raw[pair] ?? Number.NaN));
    return [
      `\ningest alone, ${sources === 1 ? 'one call after the other' : `${String(sources)} sources beside each other`}: ${String(PAIRS)} pairs of ` +
        `${String(HITS_PER_PAIR)} hits of ${String(ENCODED_BYTES)} bytes, 200 a call, ${String(this.#merges)} joins`,
      server,
      describeMachine(),
      `  ingest: ${describeSpread(spreadOf(this.#rates.ours), 0)} hits/s; a call ${describeTimes(this.#callMs.ours)}`,
      `    CPU: ${describeCpu(this.#cpu.ours, hits, 'hit')}`,
      `  raw pipelined RPUSH: ${describeSpread(spreadOf(this.#rates.raw), 0)} hits/s; a pipeline ${describeTimes(this.#callMs.raw)}`,
      `    CPU: ${describeCpu(this.#cpu.raw, hits, 'hit')}`,
      `  ratio to raw RPUSH: ${describeSpread(spreadOf(ratios), 3)}`,
    ].join('\n');
  }
}
