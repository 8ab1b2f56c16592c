import {
  CloseTrigger,
  Compactor,
  Evicter,
  Handler,
  BINARY_HITS,
  BINARY_HIT_LISTS,
  MemoryAuxStores,
  MemoryKeyValueStore,
  MemorySetStore,
  SESSION_STAMP_BY_CLIENT_ID_PREFIX,
  SESSION_STAMP_PREFIX,
  pingTimeOf,
  type Closer,
  type Hit,
  type HitOutcome,
  type Middleware,
  type PacingClock,
  type TaskHit,
} from '@drawdown/sessions/domain';
import { plainGuard, type PlainGuard } from './guard.js';
import { simulatedSizeOf } from './hit-size.js';
import { compareOpen, openResult, sessionResults, type OpenResult, type StepClose } from './result.js';
import type { Settings } from './settings.js';
import type { Step } from './steps.js';

/** Nothing here waits: hand-overs succeed at once, and ticks are asked for. */
const STILL_CLOCK: PacingClock = { nowMs: () => 0, sleep: () => Promise.resolve() };

interface Engine {
  readonly handler: Handler;
  readonly trigger: CloseTrigger;
}

/** What a drain waits beyond the longest timeout. */
const DRAIN_TICKS = 2;

/** A merge is complete at once here: a hit that moved has joined. */
const shown = (outcome: HitOutcome | undefined): HitOutcome => (outcome === undefined || outcome === 'moved' ? 'joined' : outcome);

/** One portable engine on stores in memory, in simulated time. */
export class Simulation {
  private readonly kv = new MemoryKeyValueStore();
  private readonly sets = new MemorySetStore();
  private readonly stamps = new MemoryKeyValueStore();
  private readonly aux = new MemoryAuxStores();
  private readonly guard: PlainGuard;
  private readonly closes: StepClose[] = [];
  private readonly moved: (readonly TaskHit[])[] = [];
  private engine: Engine;
  private readonly outcomes: HitOutcome[] = [];
  private lastOutcome: HitOutcome = 'stored';
  /** The largest time seen in hits and pings, drains included. */
  private latestMs: number | null = null;
  private step = 0;

  constructor(private readonly settings: Settings) {
    this.guard = plainGuard(settings);
    this.engine = this.start();
  }

  /** Plays one step of the script. */
  async play(step: Step, index: number): Promise<void> {
    this.step = index;
    switch (step.kind) {
      case 'hits':
        return this.playTask(step);
      case 'ping':
        return this.ping(step.atMs);
      case 'tick':
        return this.pass(step.bucketsMax);
      case 'drain':
        return this.drain();
      case 'restart':
        // What lives in memory only is gone.
        this.engine = this.start();
        return;
      case 'nothing':
        return;
    }
  }

  async result(): Promise<Record<string, unknown>> {
    const { handler, trigger } = this.engine;
    return {
      sessions: sessionResults(this.closes, this.settings, key => this.guard.clientIdOf(key)),
      open: await this.open(),
      outcomes: this.outcomes,
      nextBucket: await trigger.nextBucket(handler.context),
      watermark: await trigger.watermarkMs(handler.context),
      ...(this.settings.isolation === 'none' && { stamps: this.stampOwners() }),
    };
  }

  private async playTask({ hits, headers }: Extract<Step, { kind: 'hits' }>): Promise<void> {
    const pingMs = pingTimeOf({ headers });
    if (pingMs !== null) return this.ping(pingMs);
    const outcomes = new Map<Hit, HitOutcome>();
    // One at a time: a merge is complete before the next hit is handled.
    for (const hit of [...hits].sort((left, right) => left.receivedAtMs - right.receivedAtMs)) {
      this.see(hit.receivedAtMs);
      await this.engine.handler.handle({ headers, hits: [{ hit }] });
      outcomes.set(hit, this.lastOutcome);
      await this.deliverMoved();
    }
    for (const hit of hits) this.outcomes.push(shown(outcomes.get(hit)));
  }

  private async ping(atMs: number): Promise<void> {
    this.see(atMs);
    await this.engine.handler.ping(atMs);
  }

  private async pass(bucketsMax: number): Promise<void> {
    await this.engine.trigger.advance(this.engine.handler.context, bucketsMax);
  }

  private async drain(): Promise<void> {
    if (this.latestMs === null) return;
    await this.ping(this.latestMs + this.settings.longestTimeoutMs + DRAIN_TICKS * this.settings.tickMs);
    await this.pass(Number.POSITIVE_INFINITY);
  }

  private see(atMs: number): void {
    this.latestMs = Math.max(this.latestMs ?? atMs, atMs);
  }

  private start(): Engine {
    const { settings, aux } = this;
    const trigger = new CloseTrigger({
      settings: {
        tickMs: settings.tickMs,
        retentionMs: settings.retentionMs,
        timeoutMsOf: ({ propertyId }) => settings.timeoutsMs.get(propertyId) ?? settings.timeoutMs,
        hardCapsOf: () => settings.hardCaps,
        sizeOf: () => 0,
      },
      closer: this.closer(),
      clock: STILL_CLOCK,
    });
    const middlewares: Middleware[] = [new Evicter(this.stamps, { push: hits => void this.moved.push(hits) }), trigger];
    if (settings.compactThresholdBytes !== null) {
      const sizeOf = simulatedSizeOf(key => this.guard.clientIdOf(key));
      middlewares.push(new Compactor({ codec: BINARY_HIT_LISTS, thresholdBytes: settings.compactThresholdBytes, sizeOf }));
    }
    const { kv, sets, guard } = this;
    const handler = new Handler({
      kv,
      sets,
      aux,
      guard,
      middlewares,
      codec: BINARY_HITS,
      deadLetters: { push: (hit, reason) => Promise.reject(new Error(`hit ${hit.id} was set aside: ${reason}`)) },
      onOutcome: (_hit, outcome) => {
        this.lastOutcome = outcome;
      },
    });
    return { handler, trigger };
  }

  private closer(): Closer {
    return {
      close: session => {
        this.closes.push({ ...session, step: this.step });
      },
    };
  }

  private async deliverMoved(): Promise<void> {
    for (let hits = this.moved.shift(); hits !== undefined; hits = this.moved.shift()) {
      await this.engine.handler.handle({ headers: {}, hits });
    }
  }

  private async open(): Promise<readonly OpenResult[]> {
    const { context } = this.engine.handler;
    const open: OpenResult[] = [];
    for (const sessionKey of this.aux.notes.keys()) {
      const hits = (await context.collectAll(sessionKey)).map(({ hit }) => hit);
      open.push(openResult(hits, this.guard.clientIdOf(sessionKey), await context.expiries.read(sessionKey)));
    }
    return open.sort(compareOpen);
  }

  private stampOwners(): Record<string, string> {
    const owners: (readonly [stamp: string, owner: string])[] = [];
    for (const [key, value] of this.stamps.entries()) {
      if (key.startsWith(`${SESSION_STAMP_BY_CLIENT_ID_PREFIX}.`)) continue;
      const stamp = this.guard.stampOf(key.slice(SESSION_STAMP_PREFIX.length + 1));
      owners.push([stamp, this.guard.clientIdOf(Buffer.from(value).toString())]);
    }
    return Object.fromEntries(owners);
  }
}
