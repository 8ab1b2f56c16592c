import { LIVE_LANE, type Scope } from '../../domain/index.js';
import type { SessionStore } from '../store/session-store.js';
import type { WheelReport } from './ports.js';
import { wheelReport, type WheelTimes } from './wheel-report.js';

const SCOPES: readonly Scope[] = ['client', 'property'];

/** One wheel of lane `live` that has begun to turn: times of imports are of any day and say nothing about lateness. */
export interface WheelVitals {
  readonly partition: number;
  readonly scope: Scope;
  readonly lagMs: number;
  /** How old the latest time is that the wheel knows of; null before each of its sources has reported. */
  readonly watermarkAgeMs: number | null;
}

/** One state partition, over all lanes. */
export interface StateVitals {
  readonly partition: number;
  readonly openSessions: number;
  readonly openBytes: number;
  /** Closes that await their hand-over. */
  readonly queueLength: number;
  readonly wheels: readonly WheelVitals[];
}

export interface VitalsOptions extends WheelTimes {
  readonly store: Pick<SessionStore, 'lanes' | 'wheelStatus' | 'queueStatus' | 'openLoad'>;
  /** State partitions that are this replica's to tell of, so that each is told of once. */
  readonly owned: () => readonly number[];
  /** Server's time. */
  readonly nowMs: () => number;
}

/** What gauges show of open sessions: read from the store every few seconds, and from memory whenever metrics are asked for. */
export class Vitals {
  #latest: readonly StateVitals[] = [];

  constructor(private readonly options: VitalsOptions) {}

  /** As of the last look. */
  get latest(): readonly StateVitals[] {
    return this.#latest;
  }

  async look(): Promise<void> {
    const states: StateVitals[] = [];
    for (const partition of this.options.owned()) states.push(await this.#state(partition));
    this.#latest = states;
  }

  async #state(partition: number): Promise<StateVitals> {
    const { store } = this.options;
    const total = { openSessions: 0, openBytes: 0, queueLength: 0 };
    const wheels: WheelVitals[] = [];
    for (const lane of await store.lanes(partition)) {
      const wheel = { state: partition, lane };
      const [{ sessions, bytes }, { length }] = await Promise.all([store.openLoad(wheel), store.queueStatus(wheel)]);
      total.openSessions += sessions;
      total.openBytes += bytes;
      total.queueLength += length;
      if (lane === LIVE_LANE) wheels.push(...(await this.#liveWheels(partition)));
    }
    return { partition, ...total, wheels };
  }

  async #liveWheels(partition: number): Promise<readonly WheelVitals[]> {
    const { store, nowMs } = this.options;
    const wheels: WheelVitals[] = [];
    for (const scope of SCOPES) {
      const status = await store.wheelStatus({ state: partition, lane: LIVE_LANE }, scope);
      if (status.nextBucket !== null) wheels.push(vitalsOf(partition, wheelReport(LIVE_LANE, status, this.options, nowMs()), nowMs()));
    }
    return wheels;
  }
}

const vitalsOf = (partition: number, { scope, lagMs, watermarkMs }: WheelReport, nowMs: number): WheelVitals => ({
  partition,
  scope,
  lagMs,
  watermarkAgeMs: watermarkMs === null ? null : Math.max(0, nowMs - watermarkMs),
});
