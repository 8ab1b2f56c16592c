import { PARTITIONS, type StoredMessage } from '@drawdown/eventlog';
import { Fault, isFault } from '@drawdown/errors';
import type { Decoded, Delivery, Lease, OwnerRequest, PartitionProcessor, Watermarks } from '@drawdown/partitions';
import { Pinger } from '../../application/ingest/pinger.js';
import type { SourceIngest } from '../../application/ingest/source-ingest.js';
import type { SourceMessage } from '../../application/ingest/source-message.js';
import { SourceLanes } from '../../application/ingest/source-lanes.js';
import type { SourcePosition, SourcePositions } from '../../application/ingest/source-positions.js';
import type { Loss } from '../../application/operations/session-operations.js';
import { Loop } from '../../application/state/loop.js';
import type { SessionStore } from '../../application/store/session-store.js';
import { LIVE_LANE } from '../../domain/index.js';

/** How often a source notes in the log how far it has come; what is between is found in the store itself. */
const NOTE_EVERY_MS = 5_000;
const LOOK_FOR_SILENCE_EVERY_MS = 250;

/** Something that works beside the source as long as the partition is held: wheels, hand-over, readers of what was closed. */
export interface Companion {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface SessionsPartitionOptions {
  readonly lease: Lease;
  readonly store: Pick<SessionStore, 'positions' | 'isRebuilding'>;
  readonly positions: SourcePositions;
  readonly decode: (message: StoredMessage) => Decoded<SourceMessage>;
  readonly ingestFrom: (brought: ReadonlyMap<number, number>) => SourceIngest;
  /** Reads again what the state partition must hold; resolves when it does (sessions §12.5). */
  readonly rebuild: () => Promise<void>;
  /** Has a state partition rebuilt that knows less of this source than it must, here or by its owner; resolves when it is whole. */
  readonly answerLoss: (state: number, loss: Loss) => Promise<void>;
  readonly publishPing: () => Promise<number>;
  readonly companions: readonly Companion[];
  readonly serve: (request: OwnerRequest) => Promise<Uint8Array>;
  readonly onTrouble: (where: string, error: unknown) => void;
}

/** One partition of the sessions service, from the creation of its lease to its end: a source of hits, and the state of its number. */
export class SessionsPartition implements PartitionProcessor<SourceMessage> {
  #ingest: SourceIngest | undefined;
  #known: SourcePosition | undefined;
  readonly #lanes = new SourceLanes();
  readonly #pinger: Pinger;
  readonly #loops: readonly Loop[];
  /** The first batch is noted at once: a loss right after it must be noticed, too. */
  #notedAtMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: SessionsPartitionOptions) {
    this.#pinger = new Pinger({
      publish: () => options.publishPing(),
      applied: () => this.#ingest?.brought.get(options.lease.partition) ?? 0,
      nowMs: () => performance.now(),
    });
    const onFailure = (error: unknown): void => options.onTrouble(`pings of ${options.lease.partition}`, error);
    this.#loops = [
      new Loop({
        idleMs: LOOK_FOR_SILENCE_EVERY_MS,
        onFailure,
        work: async () => {
          if (options.lease.isHeld()) await this.#pinger.look();
          return false;
        },
      }),
    ];
  }

  /**
   * Begins where the store says that this source was applied. A store that knows less than the log noted has lost something, as has one that
   * was filled from another incarnation of the stream, or whose rebuild was broken off: it is rebuilt before anything else happens here.
   */
  async open(): Promise<Watermarks> {
    const { lease, store, positions, rebuild, ingestFrom, companions } = this.options;
    const source = lease.partition;
    const noted = await positions.read(source);
    const held = await store.positions(source);
    let applied = held?.get(source) ?? 0;
    const knowsTooLittle = held === null || noted.isOutdated || applied < (noted.brought.get(source) ?? 0);
    if (knowsTooLittle || (await store.isRebuilding(source))) {
      await rebuild();
      applied = (await store.positions(source))?.get(source) ?? 0;
    }
    this.#lanes.restore(noted.lanes);
    this.#known = noted;
    if (noted.isOutdated) await positions.write(source, { ...noted, brought: new Map([[source, applied]]) });
    this.#ingest = ingestFrom(new Map(noted.brought).set(source, applied));
    for (const companion of companions) await companion.start();
    for (const loop of this.#loops) loop.start();
    return { hits: applied };
  }

  decode(message: StoredMessage): Decoded<SourceMessage> {
    return this.options.decode(message);
  }

  async apply(batch: readonly Delivery<SourceMessage>[]): Promise<void> {
    const ingest = this.#requireIngest();
    this.#lanes.see(batch);
    await this.#applyWhole(ingest, batch);
    if (batch.some(({ value }) => value !== undefined && isLive(value))) this.#pinger.heard();
    if (performance.now() - this.#notedAtMs >= NOTE_EVERY_MS) await this.#note(ingest);
  }

  serve(request: OwnerRequest): Promise<Uint8Array> {
    return this.options.serve(request);
  }

  async close(): Promise<void> {
    await Promise.all(this.#loops.map(loop => loop.stop()));
    await Promise.all(this.options.companions.map(companion => companion.stop()));
    if (this.#ingest !== undefined && this.options.lease.isHeld()) await this.#note(this.#ingest);
  }

  /** Every state partition may have been lost; what was rebuilt is tried again at once, so that nobody waits longer than the rebuild takes. */
  async #applyWhole(ingest: SourceIngest, batch: readonly Delivery<SourceMessage>[]): Promise<void> {
    for (let losses = 0; ; losses += 1) {
      try {
        await ingest.apply(batch);
        return;
      } catch (error) {
        if (!isFault(error) || error.reason !== 'STATE_LOST' || losses === PARTITIONS || !this.options.lease.isHeld()) throw error;
        await this.options.answerLoss(Number(error.metadata['state']), {
          source: this.options.lease.partition,
          expected: Number(error.metadata['expected']),
        });
      }
    }
  }

  async #note(ingest: SourceIngest): Promise<void> {
    const { lease, positions } = this.options;
    if (!lease.isHeld()) return;
    this.#notedAtMs = performance.now();
    const brought = new Map([...(this.#known?.brought ?? []), ...ingest.brought]);
    const watermarkMs = ingest.watermarkMs ?? this.#known?.watermarkMs ?? null;
    this.#known = { brought, watermarkMs, lanes: this.#lanes.open, isOutdated: false };
    await positions.write(lease.partition, this.#known);
  }

  #requireIngest(): SourceIngest {
    if (this.#ingest === undefined) throw new Fault('OWNER_UNAVAILABLE', 'the partition is not open yet');
    return this.#ingest;
  }
}

const isLive = (message: SourceMessage): boolean => message.kind === 'ping' || (message.kind === 'hits' && message.lane === LIVE_LANE);
