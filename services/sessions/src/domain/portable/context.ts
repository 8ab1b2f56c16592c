import { OpenSessions } from './open-sessions.js';
import type { AuxStores } from './storage/aux-stores.js';
import { isLater } from './storage/eventually.js';
import type { KeyValueStore } from './storage/key-value-store.js';
import type { SetStore } from './storage/set-store.js';
import { HitUnreadable } from '../hit/encode.js';
import { protoSessionHitsKey } from '../wheel/keys.js';
import type { HitCodec } from './codec/codec.js';
import { Expiries } from './expiries.js';
import type { FiledHit } from './filed-hit.js';
import type { Guard } from './guard.js';
import { Lock } from './lock.js';
import type { Middleware } from './middleware.js';

/** What is stored of one proto-session. */
export interface Collected {
  readonly hits: readonly FiledHit[];
  /** Members that do not decode (E38). */
  readonly unreadable: readonly Uint8Array[];
}

export const NOTHING_COLLECTED: Collected = { hits: [], unreadable: [] };

export interface ContextParts {
  readonly sets: SetStore;
  readonly kv: KeyValueStore;
  readonly aux: AuxStores;
  readonly codec: HitCodec;
  readonly guard: Guard;
  readonly middlewares: readonly Middleware[];
}

/** What a handler shares with its middlewares (sessions §5). */
export class Context {
  readonly sets: SetStore;
  readonly kv: KeyValueStore;
  readonly aux: AuxStores;
  readonly codec: HitCodec;
  readonly guard: Guard;
  readonly expiries: Expiries;
  readonly open = new OpenSessions();
  private readonly lock = new Lock();
  private isRepaired = false;
  private readonly middlewares: readonly Middleware[];

  constructor({ sets, kv, aux, codec, guard, middlewares }: ContextParts) {
    this.sets = sets;
    this.kv = kv;
    this.aux = aux;
    this.codec = codec;
    this.guard = guard;
    this.expiries = new Expiries(kv, sets, aux.buckets, this.open);
    this.middlewares = middlewares;
  }

  /**
   * Tasks, ticks and forced closes take turns, so that a close sees a proto-session whole (D6). Before the first one, what an earlier process
   * began to take out of the stores is taken out to the end.
   */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.lock.run(async () => {
      if (!this.isRepaired) await this.repair();
      return work();
    });
  }

  /**
   * All hits of a proto-session: those that middlewares hold, in their order, then the raw ones; not sorted.
   * @throws HitUnreadable when a member does not decode.
   */
  async collectAll(sessionKey: string): Promise<readonly FiledHit[]> {
    const { hits, unreadable } = await this.collect(sessionKey);
    if (unreadable.length > 0) throw new HitUnreadable(`${unreadable.length} members of one proto-session`);
    return hits;
  }

  /** The same, with what does not decode beside what does. */
  async collect(sessionKey: string): Promise<Collected> {
    const hits: FiledHit[] = [];
    const unreadable: Uint8Array[] = [];
    for (const middleware of this.middlewares) {
      const answer = middleware.onCollect(this, sessionKey);
      const held = isLater(answer) ? await answer : answer;
      if (held === NOTHING_COLLECTED) continue;
      for (const filed of held.hits) hits.push(filed);
      for (const member of held.unreadable) unreadable.push(member);
    }
    const members = this.sets.all(protoSessionHitsKey(sessionKey));
    for (const member of isLater(members) ? await members : members) {
      const filed = readOrNull(() => this.codec.decode(member));
      if (filed === null) unreadable.push(member);
      else hits.push(filed);
    }
    return { hits, unreadable };
  }

  private async repair(): Promise<void> {
    const { handOvers } = this.aux;
    for (const sessionKey of handOvers.frozen()) {
      await this.cleanUp(sessionKey);
      handOvers.release(sessionKey);
    }
    this.isRepaired = true;
  }

  /** Forgets everything about a proto-session: each middleware in order, then the raw hits. The first error ends it; it can be repeated. */
  async cleanUp(sessionKey: string): Promise<void> {
    for (const middleware of this.middlewares) {
      const cleaned = middleware.onCleanup(this, sessionKey);
      if (isLater(cleaned)) await cleaned;
    }
    const dropped = this.sets.drop(protoSessionHitsKey(sessionKey));
    if (isLater(dropped)) await dropped;
    this.open.forget(sessionKey);
  }
}

/** Null for what does not decode; any other error passes. */
export const readOrNull = <T>(read: () => T): T | null => {
  try {
    return read();
  } catch (error) {
    if (error instanceof HitUnreadable) return null;
    throw error;
  }
};
