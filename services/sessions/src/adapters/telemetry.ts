import type { PartitionHost, PartitionObserver } from '@drawdown/partitions';
import { Attributes, counter, durationHistogram, gauge, Metrics, type JsonLogger } from '@drawdown/telemetry';
import type { HandOverObserver } from '../application/hand-over/hand-over.js';
import type { HitOwner, IngestObserver } from '../application/ingest/ports.js';
import type { SourceMessage } from '../application/ingest/source-message.js';
import type { StateVitals, Vitals, WheelVitals } from '../application/operations/vitals.js';
import type { ProbeObserver, ProbeStatus } from '../application/probe/ports.js';
import type { MemoryPressure } from '../application/state/pressure.js';
import type { WorkObserver } from '../application/state/state-work.js';

const SECOND_MS = 1_000;

/** Counts what becomes of hits, by property (D21). */
export const ingestObserver = (): IngestObserver => {
  const hits = counter(Metrics.hits, 'Hits by what became of them');
  const refused = counter(Metrics.hitsRefused, 'Hits that were not taken, by reason; without a property where none of that name exists');
  const calls = durationHistogram(Metrics.ingestDuration, 'One call that takes hits to the store');
  const opened = counter(Metrics.sessionsOpened, 'Proto-sessions that were opened');
  const merges = counter(Metrics.merges, 'Proto-sessions that were joined');
  return {
    onHit: (outcome, owner) => hits.add(1, { [Attributes.outcome]: outcome, ...ownerAttributes(owner) }),
    onRefused: (reason, owner) => refused.add(1, { [Attributes.reason]: reason, ...(owner === undefined ? {} : ownerAttributes(owner)) }),
    onCall: elapsedMs => calls.record(elapsedMs / SECOND_MS),
    onOpened: sessions => opened.add(sessions),
    onMerges: count => merges.add(count),
  };
};

const ownerAttributes = ({ namespace, propertyId }: HitOwner): Readonly<Record<string, string>> => ({
  [Attributes.namespace]: namespace,
  [Attributes.property]: propertyId,
});

/** Times what the owner of a state partition does by itself. */
export const workObserver = (): WorkObserver => {
  const begins = durationHistogram(Metrics.beginCloseDuration, 'One call that turns a wheel');
  const compactions = durationHistogram(Metrics.compactionDuration, 'Compacting the raw hits of one client');
  return {
    onBeginClose: elapsedMs => begins.record(elapsedMs / SECOND_MS),
    onCompacted: elapsedMs => compactions.record(elapsedMs / SECOND_MS),
  };
};

/** Counts acknowledged messages of DRAWDOWN_SESSIONS. */
export const publishObserver = (): (() => void) => {
  const publishes = counter(Metrics.sessionsPublishes, 'Messages stored in DRAWDOWN_SESSIONS');
  return () => publishes.add(1);
};

/** How long the service's own hits take until their sessions can be read (sessions §15.14). */
export const probeObserver = (): ProbeObserver => {
  const delays = durationHistogram(
    Metrics.probeDelay,
    'From sending a hit of the service’s own until its session was published, and could be read',
  );
  const lost = counter(Metrics.probesLost, 'Hits of the service’s own whose sessions never could be read');
  return {
    onThrough: ({ closedMs, readableMs }) => {
      delays.record(closedMs / SECOND_MS, { [Attributes.stage]: 'closed' });
      delays.record(readableMs / SECOND_MS, { [Attributes.stage]: 'readable' });
    },
    onLost: () => lost.add(1),
  };
};

/** Of each partition of this replica: how long its last probe took, and how long one has been on its way. */
export const watchProbes = (probes: () => Iterable<readonly [number, ProbeStatus]>, nowMs: () => number): void => {
  const ofPartitions = (readMs: (status: ProbeStatus) => number | undefined) => (): readonly GaugeValue[] =>
    [...probes()].flatMap(([partition, status]) => {
      const ms = readMs(status);
      return ms === undefined ? [] : [{ value: ms / SECOND_MS, attributes: { [Attributes.partition]: partition } }];
    });
  gauge(
    Metrics.probeReadable,
    'How long the last of the service’s own hits took until its session could be read',
    ofPartitions(({ last }) => last?.readableMs),
  );
  gauge(
    Metrics.probeWaiting,
    'How long a hit of the service’s own has been on its way; 0 when none is',
    ofPartitions(({ waitingSinceMs }) => (waitingSinceMs === undefined ? 0 : Math.max(0, nowMs() - waitingSinceMs))),
  );
};

/** Counts what closes, and tells of what does not. */
export const handOverObserver = (logger: JsonLogger): HandOverObserver => {
  const sessions = counter(Metrics.sessions, 'Sessions by what became of them');
  const durations = durationHistogram(Metrics.handOverDuration, 'Handing one closed proto-session over');
  const retries = counter(Metrics.handOverRetries, 'Hand-overs that failed and are tried again');
  const worthless = counter(Metrics.usageWithoutCustomer, 'Sessions that a usage rule found no customer for');
  return {
    onClosed: (closed, elapsedMs) => {
      durations.record(elapsedMs / SECOND_MS);
      for (const { header } of closed) {
        sessions.add(1, { [Attributes.outcome]: header.kind, ...ownerAttributes(header) });
      }
    },
    onNoCustomer: (property, rules) => worthless.add(rules, ownerAttributes(property)),
    onRetry: (closeId, attempts, error) => {
      retries.add(1);
      logger.warn('a hand-over failed and is tried again', { closeId, attempts, err: error });
    },
    onParked: (closeId, error) => {
      sessions.add(1, { [Attributes.outcome]: 'parked' });
      logger.error('a proto-session was parked', { closeId, err: error });
    },
  };
};

/** Tells metrics and logs what the partitions do; a partition that waits is an alarm. */
export const partitionObserver = (logger: JsonLogger): PartitionObserver => {
  const applied = durationHistogram(Metrics.flushDuration, 'Applying one batch of one partition and storing its effect');
  const deadLetters = counter(Metrics.deadLetters, 'Messages that could not be read');
  const retries = counter(Metrics.partitionRetries, 'Attempts to apply a message that failed');
  return {
    applied: (_partition, { stream, elapsedMs }) => applied.record(elapsedMs / SECOND_MS, { [Attributes.stream]: stream }),
    deadLettered: (partition, stream, sequence, reason) => {
      deadLetters.add(1, { [Attributes.stream]: stream, [Attributes.reason]: reason });
      logger.warn('a message was dead-lettered', { partition, stream, sequence, reason });
    },
    waiting: (partition, message) => {
      retries.add(1, { [Attributes.stream]: message.stream, [Attributes.reason]: message.reason });
      logger.error('a partition waits', { partition, ...message });
    },
    resumed: partition => logger.log('a partition goes on', { partition }),
    consumerLost: (partition, stream, reason) => logger.warn('a consumer was lost', { partition, stream, err: reason }),
    ownership: (partition, change, epoch) => logger.debug(`a partition was ${change}`, { partition, epoch }),
    troubled: (where, error) => logger.error('trouble', { where, err: error }),
  };
};

/** How far behind the partitions of this replica are. */
export const watchPartitions = (host: () => PartitionHost<SourceMessage>): void => {
  gauge(Metrics.partitionLag, 'Messages whose effect is not stored yet', () =>
    host()
      .status()
      .flatMap(({ partition, inputs = [] }) =>
        inputs.map(({ stream, lag }) => ({
          value: lag ?? 0,
          attributes: { [Attributes.partition]: partition, [Attributes.stream]: stream },
        })),
      ),
  );
  gauge(Metrics.partitionWaiting, 'Partitions that wait for a fault to end', () => [
    {
      value: host()
        .status()
        .filter(({ waiting }) => waiting !== undefined).length,
      attributes: {},
    },
  ]);
};

/** Open sessions, closes, wheels and memory, as they were looked at last; a gauge that is read asks no server. */
export const watchStore = (vitals: Pick<Vitals, 'latest'>, pressure: Pick<MemoryPressure, 'share'>): void => {
  const ofStates = (read: (state: StateVitals) => number) => (): readonly GaugeValue[] =>
    vitals.latest.map(state => ({ value: read(state), attributes: { [Attributes.partition]: state.partition } }));
  const ofWheels = (readMs: (wheel: WheelVitals) => number | null) => (): readonly GaugeValue[] =>
    vitals.latest.flatMap(({ wheels }) =>
      wheels.flatMap(wheel => {
        const ms = readMs(wheel);
        const attributes = { [Attributes.partition]: wheel.partition, [Attributes.scope]: wheel.scope };
        return ms === null ? [] : [{ value: ms / SECOND_MS, attributes }];
      }),
    );
  gauge(
    Metrics.sessionsOpen,
    'Open proto-sessions, all lanes',
    ofStates(state => state.openSessions),
  );
  gauge(
    Metrics.sessionsOpenBytes,
    'Sizes of the hits in open proto-sessions, before compression',
    ofStates(state => state.openBytes),
  );
  gauge(
    Metrics.closeQueue,
    'Closed proto-sessions that await their hand-over',
    ofStates(state => state.queueLength),
  );
  gauge(
    Metrics.closeLag,
    'How long the next bucket of a live wheel has been due',
    ofWheels(wheel => wheel.lagMs),
  );
  gauge(
    Metrics.watermarkAge,
    'Age of the event time that a live wheel has reached',
    ofWheels(wheel => wheel.watermarkAgeMs),
  );
  gauge(Metrics.storeMemoryShare, 'Used part of the memory of the fullest Redis server', () => [{ value: pressure.share, attributes: {} }]);
};

interface GaugeValue {
  readonly value: number;
  readonly attributes: Readonly<Record<string, string | number>>;
}
