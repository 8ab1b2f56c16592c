import { Fault } from '@drawdown/errors';
import { PARTITIONS } from '@drawdown/eventlog';
import type { Lease, OwnerRequest } from '@drawdown/partitions';
import { ulid } from 'ulid';
import { decodeNewHits } from './adapters/jetstream/new-hits.js';
import { pingTo } from './adapters/jetstream/pings.js';
import type { SessionPublisher } from './adapters/jetstream/session-publisher.js';
import { SessionsPartition, type Companion } from './adapters/partitions/sessions-partition.js';
import { Closer } from './application/hand-over/closer.js';
import { HandOver, type HandOverObserver, type Parking } from './application/hand-over/hand-over.js';
import { Permits } from './application/hand-over/permits.js';
import { Compactor } from './application/compaction/compactor.js';
import type { HitRecords } from './application/ingest/hit-record.js';
import type { IngestObserver, RefusedHits } from './application/ingest/ports.js';
import { SourceIngest, type SourceIngestOptions } from './application/ingest/source-ingest.js';
import type { SourcePositions } from './application/ingest/source-positions.js';
import type { Loss } from './application/operations/session-operations.js';
import type { ProbeLog, ProbeObserver, ProbeReads, ProbeStatus } from './application/probe/ports.js';
import { Probe } from './application/probe/probe.js';
import { Probing } from './application/probe/probing.js';
import { propertyStateOf, type PropertyRegistry } from './application/properties/registry.js';
import { Announcer } from './application/state/announcer.js';
import { GuardedHits, keepsUp, Reliever, type MemoryPressure } from './application/state/pressure.js';
import { StateRebuild, type StateHistory } from './application/state/rebuild.js';
import { StateWork, type WorkObserver } from './application/state/state-work.js';
import type { SessionStore } from './application/store/session-store.js';
import { Ticker } from './application/wheel/ticker.js';
import type { SessionsConfiguration } from './configuration.js';
import type { Connections } from './connections.js';
import type { Property } from './domain/index.js';

const MS_PER_SECOND = 1_000;
/** Closed proto-sessions in the hands of one replica at once (sessions §12.3). */
const HAND_OVERS_MAX = 64;
/** A rebuild reads for sources that others own: its token is what fences it. */
const NO_EPOCH = 0;
/** A rebuild holds the ids of a day's hits of its partition in memory. */
const REBUILDS_MAX = 2;

export interface EngineOptions {
  readonly configuration: SessionsConfiguration;
  readonly connections: Connections;
  readonly store: SessionStore;
  readonly properties: PropertyRegistry;
  readonly records: HitRecords;
  readonly positions: SourcePositions;
  readonly refused: RefusedHits;
  readonly sessionLog: SessionPublisher;
  readonly parking: Parking;
  readonly ingestObserver: IngestObserver;
  readonly handOverObserver: HandOverObserver;
  readonly workObserver: WorkObserver;
  /** Readers of what was closed, for one held partition. */
  readonly companionsOf: (lease: Lease) => readonly Companion[];
  readonly history: StateHistory;
  readonly probes: { readonly log: ProbeLog; readonly reads: ProbeReads; readonly observer: ProbeObserver };
  readonly pressure: MemoryPressure;
  readonly onRebuild: (state: number, step: string) => void;
  readonly reportLost: (state: number, loss: Loss) => Promise<void>;
  readonly serve: (partition: number, request: OwnerRequest) => Promise<Uint8Array>;
  readonly onTrouble: (where: string, error: unknown) => void;
}

/** Puts the parts of a partition together: what it reads, what it turns, what it hands over. */
export class Engine {
  readonly #permits = new Permits(HAND_OVERS_MAX);
  readonly #rebuilds = new Permits(REBUILDS_MAX);
  readonly #handOver: HandOver;
  readonly #work = new Map<number, StateWork>();
  readonly #leases = new Map<number, Lease>();
  readonly #probes = new Map<number, Probe>();
  readonly #rebuilding = new Map<number, Promise<void>>();

  constructor(private readonly options: EngineOptions) {
    const { store, sessionLog, parking, properties, configuration } = options;
    this.#handOver = new HandOver({
      store,
      log: sessionLog,
      parking,
      propertyOf: (namespace, propertyId) => knownProperty(properties, namespace, propertyId),
      amendMs: configuration.amendSeconds * MS_PER_SECOND,
      tickSeconds: configuration.tickSeconds,
      observer: options.handOverObserver,
    });
  }

  /** One partition, for as long as the lease is held. */
  partition(lease: Lease): SessionsPartition {
    const { options } = this;
    const { connections, store, positions } = options;
    const { publisher, subjects } = connections;
    const work = this.#stateWork(lease);
    this.#work.set(lease.partition, work);
    this.#leases.set(lease.partition, lease);
    const probe = this.#probe(lease);
    this.#probes.set(lease.partition, probe);
    const ping = pingTo(publisher, subjects);
    return new SessionsPartition({
      lease,
      store,
      positions,
      decode: message => decodeNewHits(subjects, message),
      ingestFrom: brought => this.ingest(lease.partition, lease.epoch, { brought }),
      rebuild: () => this.#rebuildOnce(lease),
      answerLoss: (state, loss) => (state === lease.partition ? this.stateLost(state, loss) : options.reportLost(state, loss)),
      publishPing: () => ping(lease.partition),
      companions: [work, ...options.companionsOf(lease), this.#probing(lease, probe)],
      serve: request => options.serve(lease.partition, request),
      onTrouble: options.onTrouble,
    });
  }

  /** What takes the hits of a source, live or again. */
  ingest(source: number, epoch: number, given: Pick<SourceIngestOptions, 'brought' | 'rebuild'>): SourceIngest {
    const { store, properties, refused, ingestObserver, records, configuration } = this.options;
    return new SourceIngest({
      source,
      epoch,
      tickMs: configuration.tickSeconds * MS_PER_SECOND,
      store: new GuardedHits(store, this.options.pressure),
      properties,
      refused,
      observer: ingestObserver,
      toRecord: (hit, property) => records.of(hit, property),
      stateOf: ({ namespace, propertyId }, scope) => (scope === 'client' ? source : propertyStateOf(namespace, propertyId)),
      ...given,
    });
  }

  /** @throws Fault `OWNER_UNAVAILABLE` */
  checkDue(state: number): Promise<{ readonly begun: number; readonly handedOver: number }> {
    const work = this.#work.get(state);
    if (work === undefined) throw new Fault('OWNER_UNAVAILABLE', 'the partition is not worked here');
    return work.checkDue();
  }

  /**
   * Reads the state of a partition again whose owner this is, unless what a source has found wanting is there by now; resolves when it is
   * whole. Whoever is not the owner leaves it to the next one.
   */
  async stateLost(state: number, { source, expected }: Loss): Promise<void> {
    const lease = this.#leases.get(state);
    const { store } = this.options;
    if (lease?.isHeld() !== true) return;
    const held = await store.positions(state);
    const knowsEnough = held !== null && (held.get(source) ?? 0) >= expected;
    // A rebuild that is going on is waited for; one that its owner did not live to end is begun again.
    if (!knowsEnough || (await store.isRebuilding(state))) await this.#rebuildOnce(lease);
  }

  /** How the probes of the partitions went that are held here, by their numbers (sessions §15.14). */
  *probes(): Generator<readonly [partition: number, status: ProbeStatus]> {
    for (const [partition, probe] of this.#probes) if (this.#leases.get(partition)?.isHeld() === true) yield [partition, probe.status];
  }

  /** Undefined for a partition that was never held here. */
  probeStatus(partition: number): ProbeStatus | undefined {
    return this.#probes.get(partition)?.status;
  }

  /** Something may have begun to close in a state partition that is worked here. */
  ring(state: number): void {
    const work = this.#work.get(state);
    work?.ringCloser();
    work?.ringAnnouncer();
  }

  /** Whoever asks while it is going on waits for the same one. */
  #rebuildOnce(lease: Lease): Promise<void> {
    const state = lease.partition;
    let rebuilding = this.#rebuilding.get(state);
    if (rebuilding === undefined) {
      rebuilding = this.#rebuilds.use(() => this.#rebuild(lease)).finally(() => this.#rebuilding.delete(state));
      this.#rebuilding.set(state, rebuilding);
    }
    return rebuilding;
  }

  async #rebuild(lease: Lease): Promise<void> {
    const { store, history, positions, properties, configuration, onRebuild } = this.options;
    const state = lease.partition;
    await properties.current();
    const rebuild = new StateRebuild({
      state,
      epoch: lease.epoch,
      store,
      history,
      positions,
      properties: () => properties.all(),
      hasJoinedProperties: properties.propertyStates().includes(state),
      amendMs: configuration.amendSeconds * MS_PER_SECOND,
      closeLagMs: configuration.closeLagSeconds * MS_PER_SECOND,
      ingestFor: (source, token, isSkipped) => this.ingest(source, NO_EPOCH, { brought: new Map(), rebuild: { state, token, isSkipped } }),
      onProgress: onRebuild,
    });
    await rebuild.run();
    this.ring(state);
  }

  #probe({ partition }: Lease): Probe {
    const { configuration, connections, probes } = this.options;
    const { tickSeconds, closeLagSeconds, probeSeconds } = configuration;
    return new Probe({
      partition,
      partitions: PARTITIONS,
      periodMs: probeSeconds * MS_PER_SECOND,
      // The timeout is a tick, and the wheel waits for the lag.
      leastMs: (tickSeconds + closeLagSeconds) * MS_PER_SECOND,
      newId: ulid,
      nowMs: () => connections.clock.nowMs(),
      ...probes,
    });
  }

  #probing(lease: Lease, probe: Probe): Probing {
    const onTrouble = (error: unknown): void => this.options.onTrouble(`probes of ${lease.partition}`, error);
    return new Probing({ probe, isHeld: () => lease.isHeld(), onTrouble });
  }

  #stateWork(lease: Lease): StateWork {
    const { configuration, store, sessionLog, pressure, workObserver, onTrouble } = this.options;
    const { tickSeconds, closeLagSeconds } = configuration;
    const state = lease.partition;
    return new StateWork({
      tickSeconds,
      ticker: new Ticker({
        state,
        epoch: lease.epoch,
        store,
        tickSeconds,
        closeLagTicks: Math.ceil(closeLagSeconds / tickSeconds),
        keepsUp: () => keepsUp(store, state),
        onCall: workObserver.onBeginClose,
        onBegun: () => this.ring(state),
      }),
      closer: new Closer({ state, store, handOver: this.#handOver, permits: this.#permits }),
      announcer: new Announcer({ state, tickSeconds, store, log: sessionLog }),
      compactor: new Compactor({ state, store, rawBytesMin: () => pressure.compactFromBytes, onCompacted: workObserver.onCompacted }),
      reliever: new Reliever({ state, epoch: lease.epoch, store, pressure, onClosed: () => this.ring(state) }),
      isHeld: () => lease.isHeld(),
      onTrouble: (where, error) => onTrouble(`${where} of ${state}`, error),
    });
  }
}

/** A property is never removed, so one that has hits is at most not read yet. */
const knownProperty = async (properties: PropertyRegistry, namespace: string, propertyId: string): Promise<Property> => {
  const known = properties.get(namespace, propertyId);
  if (known !== undefined) return known;
  await properties.current();
  const read = properties.get(namespace, propertyId);
  if (read === undefined) throw new Error(`property ${propertyId} of namespace ${namespace} has open sessions and is not known`);
  return read;
};
