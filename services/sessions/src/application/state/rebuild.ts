import { PARTITIONS, type StoredMessage } from '@drawdown/eventlog';
import type { Delivery } from '@drawdown/partitions';
import {
  clientKey,
  closedSessionOf,
  encodeClosedSession,
  type Hit,
  type Property,
  type SessionFact,
  type SessionHeader,
  userKey,
} from '../../domain/index.js';
import { originOf } from '../erasure/rewritten.js';
import type { SkipsHit, SourceIngest } from '../ingest/source-ingest.js';
import type { SourceMessage } from '../ingest/source-message.js';
import type { SourcePositions } from '../ingest/source-positions.js';
import type { SessionStore } from '../store/session-store.js';

/** Kept beside what the settings ask for, so that nothing hangs on the last minute (sessions §12.5). */
const MARGIN_MS = 3_600_000;

/** One session that was closed, with the hits of its own message. */
export interface RecordedClose {
  readonly lane: string;
  readonly header: SessionHeader;
  readonly hits: readonly Hit[];
}

/** What DRAWDOWN_SESSIONS says of a state partition, in its order. */
export type RecordedEntry =
  | { readonly kind: 'close'; readonly close: RecordedClose }
  | { readonly kind: 'fact'; readonly fact: SessionFact; readonly namespace: string; readonly propertyId: string; readonly timeMs: number };

/** The log as a rebuild reads it. */
export interface StateHistory {
  /** What was recorded since a time of the server, up to now. */
  recorded(state: number, sinceMs: number): AsyncIterable<RecordedEntry>;
  /** Last sequence of a source now; 0: none. */
  lastOf(source: number): Promise<number>;
  /** First sequence of a source since a time of the server; undefined: none. */
  firstSince(source: number, sinceMs: number): Promise<number | undefined>;
  timeOf(sequence: number): Promise<number | undefined>;
  /** Hits that were refused when they were first read: `<sequence>|<hit id>` (D21). */
  refusedSince(sinceMs: number): Promise<ReadonlySet<string>>;
  /** Messages of a source, in order, each once. */
  read(
    source: number,
    fromSequence: number,
    throughSequence: number,
    apply: (batch: readonly Delivery<SourceMessage>[]) => Promise<void>,
  ): Promise<void>;
}

export interface RebuildOptions {
  readonly state: number;
  readonly epoch: number;
  readonly store: Pick<
    SessionStore,
    'beginRebuild' | 'finishRebuild' | 'seedClosed' | 'markSaturated' | 'closeNow' | 'unmerge' | 'openSession'
  >;
  readonly history: StateHistory;
  readonly positions: SourcePositions;
  readonly properties: () => Iterable<Property>;
  /** Whether a property of scope `property` lies here: then all sources feed this state partition. */
  readonly hasJoinedProperties: boolean;
  /** R and the close lag, in milliseconds. */
  readonly amendMs: number;
  readonly closeLagMs: number;
  readonly ingestFor: (source: number, token: string, isSkipped: SkipsHit) => SourceIngest;
  readonly onProgress: (state: number, step: string) => void;
}

/**
 * Fills a state partition that Redis has lost from the streams (sessions §12.5): what was closed is known to be closed, everything else is
 * taken again. Nothing closes meanwhile, and no call of a source is applied until the positions are set in the last step.
 */
export class StateRebuild {
  constructor(private readonly options: RebuildOptions) {}

  async run(): Promise<void> {
    const { state, epoch, store, history, hasJoinedProperties, onProgress } = this.options;
    const token = await store.beginRebuild(state, epoch);
    onProgress(state, 'begun');
    const sources = hasJoinedProperties ? Array.from({ length: PARTITIONS }, (_unused, source) => source) : [state];
    const starts = await this.#starts(sources);
    const through = new Map<number, number>();
    for (const source of sources) through.set(source, await history.lastOf(source));
    const known = await this.#recall(token, starts.sinceMs);
    onProgress(state, 'closed sessions recalled');
    for (const source of sources) {
      const last = through.get(source) ?? 0;
      const first = starts.sequences.get(source);
      if (last === 0 || first === undefined) continue;
      const ingest = this.options.ingestFor(source, token, (message, lane, hit) => known.isKnown(message, lane, hit));
      await history.read(source, first, last, batch => ingest.apply(batch));
    }
    await store.finishRebuild(state, token, through);
    await this.#repeatDecisions(known.facts);
    onProgress(state, 'done');
  }

  /** Where each source is read from, and since when closes count: an import's hits may be of any time, so its messages decide. */
  async #starts(sources: readonly number[]): Promise<{ readonly sinceMs: number; readonly sequences: ReadonlyMap<number, number> }> {
    const { history, positions } = this.options;
    const noted = await Promise.all(sources.map(async source => ({ source, ...(await positions.read(source)) })));
    const watermarks = noted.map(({ watermarkMs }) => watermarkMs).filter(ms => ms !== null);
    const liveSinceMs = watermarks.length === 0 ? 0 : Math.max(0, Math.min(...watermarks) - this.#reachMs());
    let sinceMs = liveSinceMs;
    const sequences = new Map<number, number>();
    for (const { source, lanes } of noted) {
      const candidates = [...lanes.values()];
      for (const sequence of candidates) sinceMs = Math.min(sinceMs, (await history.timeOf(sequence)) ?? sinceMs);
      const live = await history.firstSince(source, liveSinceMs);
      if (live !== undefined) candidates.push(live);
      if (candidates.length > 0) sequences.set(source, Math.min(...candidates));
    }
    return { sinceMs, sequences };
  }

  /** How far back anything that is still open or amendable can reach, by the settings of all properties. */
  #reachMs(): number {
    const { properties, amendMs, closeLagMs } = this.options;
    let openMs = 0;
    for (const { settings } of properties()) {
      const timeoutMs = Math.max(settings.timeoutMs, ...Object.values(settings.platformTimeoutsMs));
      openMs = Math.max(openMs, settings.hardCaps.ms + timeoutMs);
    }
    return Math.max(openMs + closeLagMs, amendMs) + MARGIN_MS;
  }

  async #recall(token: string, sinceMs: number): Promise<Known> {
    const { state, store, history, amendMs } = this.options;
    const known = new Known(await history.refusedSince(sinceMs));
    for await (const entry of history.recorded(state, sinceMs)) {
      if (entry.kind === 'fact') {
        known.facts.push(entry);
        if (entry.fact.type === 'identifier-saturated') await store.markSaturated({ state, lane: entry.fact.lane }, entry.fact, token);
        if (entry.fact.type === 'erased') known.erase(entry.fact.clientKeys, entry.fact.userKeys, entry.timeMs);
        continue;
      }
      const { header, hits, lane } = entry.close;
      await store.seedClosed({
        state,
        lane,
        token,
        sessionId: header.sessionId,
        clientKeys: header.clientKeys,
        header: header.kind === 'superseded' ? null : encodeClosedSession(closedSessionOf(header)),
        keepUntilMs: header.edges.closedAtMs + amendMs,
        hits: hits.map(hit => ({ id: hit.id, clientKey: known.close(lane, hit) })),
      });
    }
    return known;
  }

  /** Ended and taken apart again: an event may have been written whose effect never reached the store. */
  async #repeatDecisions(facts: readonly Extract<RecordedEntry, { kind: 'fact' }>[]): Promise<void> {
    const { state, epoch, store } = this.options;
    for (const { fact, timeMs } of facts) {
      if (fact.type !== 'ended' && fact.type !== 'unmerged') continue;
      const wheel = { state, lane: fact.lane };
      const open = await store.openSession(wheel, fact.sessionKey);
      // One that began after the decision is another one.
      if (open === null || open.startedAtMs > timeMs) continue;
      if (fact.type === 'ended') await store.closeNow(wheel, fact.sessionKey, 'operator', epoch);
      else await store.unmerge(wheel, fact.sessionKey, fact.clientKey, epoch);
    }
  }
}

/** What a rebuild must not take again. */
class Known {
  readonly facts: Extract<RecordedEntry, { kind: 'fact' }>[] = [];
  readonly #closed = new Map<string, Set<string>>();
  readonly #erased = new Map<string, number>();

  constructor(private readonly refused: ReadonlySet<string>) {}

  /** Notes a hit of a closed session; its client's key. */
  close(lane: string, hit: Hit): string {
    const key = keyOf(hit);
    const ids = this.#closed.get(inLane(lane, key));
    if (ids === undefined) this.#closed.set(inLane(lane, key), new Set([hit.id]));
    else ids.add(hit.id);
    return key;
  }

  erase(clientKeys: readonly string[], userKeys: readonly string[], atMs: number): void {
    for (const key of [...clientKeys, ...userKeys]) this.#erased.set(key, atMs);
  }

  isKnown(message: StoredMessage, lane: string, hit: Hit): boolean {
    const { sequence, timeMs } = originOf(message);
    return (
      (this.#closed.get(inLane(lane, keyOf(hit)))?.has(hit.id) ?? false) ||
      this.refused.has(`${sequence}|${hit.id}`) ||
      this.#isErased(hit, timeMs)
    );
  }

  /** Whoever erases a client means all of its sessions, whatever ids of its own it gave them. */
  #isErased({ namespace, propertyId, clientId, userId }: Hit, atMs: number): boolean {
    if (this.#erased.size === 0) return false;
    const keys = [clientKey(namespace, propertyId, clientId), ...(userId === undefined ? [] : [userKey(namespace, propertyId, userId)])];
    return keys.some(key => atMs <= (this.#erased.get(key) ?? Number.NEGATIVE_INFINITY));
  }
}

/** The same hit may be in several lanes: imported twice, or replayed. */
const inLane = (lane: string, key: string): string => `${lane} ${key}`;

const keyOf = ({ namespace, propertyId, clientId, clientSessionId }: Hit): string =>
  clientKey(namespace, propertyId, clientId, clientSessionId);
