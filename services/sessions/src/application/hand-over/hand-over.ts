import { isFault } from '@drawdown/errors';
import { isProbe, type Property, type ProtoSessionClose, type SessionAddress } from '../../domain/index.js';
import type { ClaimedClose, FrozenSession, SessionStore, Wheel } from '../store/session-store.js';
import { decodeAnswer, encodeAnswer, sessionsOf, type Answer } from './answer.js';
import { collectHits, type CollectedHits, type StoredHit } from './collect.js';
import { decideClose } from './decide.js';

/** Tries of a proto-session that is broken itself, before it is parked (D7). Faults of servers do not count. */
const ATTEMPTS_MAX = 10;
const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 60_000;
/** After a fault of a server, which is no attempt. */
const FAULT_RETRY_MS = 5_000;

/** Appends what a proto-session became; resolves when all of it is stored. */
export interface CloseLog {
  publishClose(address: SessionAddress, close: ProtoSessionClose): Promise<unknown>;
}

/** Sets a proto-session aside that cannot be handed over, with everything that can be read of it (D7). */
export interface Parking {
  park(wheel: Wheel, frozen: FrozenSession, attempts: number, error: unknown): Promise<void>;
}

export interface HandOverObserver {
  readonly onClosed: (sessions: ProtoSessionClose['sessions'], elapsedMs: number) => void;
  readonly onRetry: (closeId: string, attempts: number, error: unknown) => void;
  /** Usage rules that found no customer in a session. */
  readonly onNoCustomer: (property: Property, rules: number) => void;
  readonly onParked: (closeId: string, error: unknown) => void;
}

export interface HandOverOptions {
  readonly store: Pick<SessionStore, 'frozen' | 'closedHeaders' | 'assign' | 'finish' | 'postpone'>;
  readonly log: CloseLog;
  readonly parking: Parking;
  readonly propertyOf: (namespace: string, propertyId: string) => Promise<Property>;
  /** R: how long a closed session may be amended, event time (sessions §15.2). */
  readonly amendMs: number;
  readonly tickSeconds: number;
  readonly observer: HandOverObserver;
}

/** Gives one frozen proto-session away, effectively once (sessions §12.4). */
export class HandOver {
  constructor(private readonly options: HandOverOptions) {}

  /** Never rejects for the sake of one close: it is tried again later or parked. Rejects when not even that can be noted. */
  async handOver(wheel: Wheel, { closeId, attempts }: ClaimedClose): Promise<void> {
    const { store, parking, observer } = this.options;
    const startedMs = performance.now();
    const frozen = await store.frozen(wheel, closeId);
    if (frozen === null) {
      await store.finish(wheel, closeId);
      return;
    }
    try {
      const sessions = await this.#publish(wheel, frozen);
      await store.finish(wheel, closeId);
      observer.onClosed(sessions, performance.now() - startedMs);
    } catch (error) {
      if (isFault(error)) {
        observer.onRetry(closeId, attempts, error);
        await store.postpone(wheel, closeId, FAULT_RETRY_MS, 'fault');
        return;
      }
      if (attempts >= ATTEMPTS_MAX) {
        await parking.park(wheel, frozen, attempts, error);
        observer.onParked(closeId, error);
        return;
      }
      observer.onRetry(closeId, attempts, error);
      await store.postpone(wheel, closeId, Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** (attempts - 1)), 'failure');
    }
  }

  async #publish(wheel: Wheel, frozen: FrozenSession): Promise<ProtoSessionClose['sessions']> {
    const collected = await collectHits(frozen);
    refuseUnreadable(collected);
    const answer = frozen.answer === null ? await this.#assign(wheel, frozen, collected.hits) : decodeAnswer(frozen.answer);
    const sessions = sessionsOf(answer, collected.hits);
    const { namespace, propertyId, closeId } = frozen;
    if (sessions.length > 0) await this.options.log.publishClose({ state: wheel.state, namespace, propertyId }, { closeId, sessions });
    return sessions;
  }

  /** Decides until nobody else has closed a session of these clients in between; the store keeps the first answer (`assign`). */
  async #assign(wheel: Wheel, frozen: FrozenSession, hits: readonly StoredHit[]): Promise<Answer> {
    const { store, propertyOf, tickSeconds, observer } = this.options;
    // Nobody comes back to a probe: nothing of it needs to be remembered.
    const amendMs = isProbe(frozen) ? 0 : this.options.amendMs;
    const property = await propertyOf(frozen.namespace, frozen.propertyId);
    for (;;) {
      const closed = await store.closedHeaders(wheel, clientKeysOf(frozen));
      const decided = decideClose({ lane: wheel.lane, frozen, hits, closed: closed.headers, property, amendMs, tickSeconds });
      const reply = await store.assign({
        ...wheel,
        closeId: frozen.closeId,
        versions: closed.versions,
        answer: encodeAnswer(decided.answer),
        writes: decided.writes,
        keepUntilMs: decided.keepUntilMs,
      });
      if (reply.kind === 'assigned' && decided.rulesWithoutCustomer > 0) observer.onNoCustomer(property, decided.rulesWithoutCustomer);
      if (reply.kind === 'assigned' || reply.kind === 'repeated') return decodeAnswer(reply.answer);
      if (reply.kind === 'gone') return { sessions: [], notes: [] };
    }
  }
}

const clientKeysOf = ({ sessionKey, parts }: FrozenSession): readonly string[] => [
  ...new Set([sessionKey, ...parts.map(({ clientKey }) => clientKey)]),
];

/** What can be read of it must not be lost with what cannot: the whole waits, and is parked at last (E38). */
const refuseUnreadable = ({ unreadable }: CollectedHits): void => {
  if (unreadable.length > 0) throw new AggregateError(unreadable, `${unreadable.length} stored pieces cannot be read`);
};
