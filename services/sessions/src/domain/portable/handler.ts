import type { Hit } from '../hit/hit.js';
import type { HitCodec } from './codec/codec.js';
import { Context, type ContextParts } from './context.js';
import { Droppable, Retryable, isDroppable } from './errors.js';
import { mergeHopsOf, withoutMergeHops, type FiledHit, type HitIdentity, type PassingHit } from './filed-hit.js';
import type { HitOutcome, Middleware, Next } from './middleware.js';
import { pingTimeOf, type Task, type TaskHit } from './task.js';
import { after, isLater, type Eventually } from './storage/eventually.js';

/** Where hits go that can never be processed (D8). */
export interface HitDeadLetters {
  /** Durable when it returns. */
  push(hit: Hit, reason: string): Eventually<void>;
}

export interface HandlerOptions extends ContextParts {
  readonly deadLetters: HitDeadLetters;
  /** Told of every hit that was handled, in the order of handling (D21). */
  readonly onOutcome?: (hit: Hit, outcome: HitOutcome) => void;
}

/** Handles tasks of hits and pings by a chain of middlewares (sessions §5). */
export class Handler {
  readonly context: Context;
  private readonly middlewares: readonly Middleware[];
  private readonly chain: Next;
  private readonly deadLetters: HitDeadLetters;
  private readonly onOutcome: (hit: Hit, outcome: HitOutcome) => void;

  constructor({ deadLetters, onOutcome, ...parts }: HandlerOptions) {
    this.context = new Context(parts);
    this.middlewares = parts.middlewares;
    this.deadLetters = deadLetters;
    this.onOutcome = onOutcome ?? (() => undefined);
    this.chain = parts.middlewares.reduceRight<Next>(
      (next, middleware) => hit => middleware.handle(this.context, hit, next),
      hit => this.store(hit),
    );
  }

  /**
   * Handles a task to its end, whatever single hits do: one that can never be processed goes to the dead letters.
   * @throws Retryable when a hit failed in another way: handle the task again, its other hits are known by then (D8).
   * @throws Droppable when a middleware refuses a ping.
   */
  handle(task: Task): Promise<void> {
    const pingMs = pingTimeOf(task);
    return this.context.inTurn(() => (pingMs === null ? this.handleHits(task.hits) : this.handlePing(pingMs)));
  }

  /** What a ping task does; for those who know the time to the millisecond. */
  ping(atMs: number): Promise<void> {
    return this.context.inTurn(() => this.handlePing(atMs));
  }

  private async handlePing(atMs: number): Promise<void> {
    try {
      for (const middleware of this.middlewares) await middleware.onPing(this.context, atMs);
    } catch (cause) {
      throw new Droppable('PING_REFUSED', 'a middleware refused a ping', {}, [], { cause });
    }
  }

  private async handleHits(hits: readonly TaskHit[]): Promise<void> {
    const failures: unknown[] = [];
    for (const taskHit of inOrderOfTime(hits)) {
      try {
        const outcome = this.handleHit(taskHit);
        this.onOutcome(taskHit.hit, isLater(outcome) ? await outcome : outcome);
      } catch (error) {
        if (isDroppable(error)) await this.deadLetters.push(taskHit.hit, error.reason);
        else failures.push(error);
      }
    }
    if (failures.length > 0) {
      const metadata = { failed: String(failures.length), hits: String(hits.length) };
      throw new Retryable('HITS_FAILED', 'hits of a task could not be stored now', metadata, { cause: failures[0] });
    }
  }

  private handleHit(taskHit: TaskHit): Eventually<HitOutcome> {
    const { hit } = taskHit;
    const identity = this.context.guard.identify(hit);
    const sessionKey = this.sessionKeyOf(taskHit, identity);
    if (this.context.aux.filter.knows(identity.clientKey, hit.id)) return this.passOver(hit, sessionKey);
    return this.chain({ hit, sessionKey, clientKey: identity.clientKey, identifiers: identity.identifiers });
  }

  /** A moved hit is no longer waited for, whether or not another copy of it came first. */
  private passOver(hit: Hit, sessionKey: string): HitOutcome {
    const { notes } = this.context.aux;
    const session = mergeHopsOf(hit) > 0 ? notes.of(sessionKey) : null;
    if (session !== null && session.awaited > 0) {
      session.awaited -= 1;
      notes.save(sessionKey, session);
    }
    return 'duplicate';
  }

  /**
   * The client's alias decides, or its own key. A moved hit whose survivor closed before it came back goes with the others that were
   * moved with it into the survivor's next proto-session, unless its client has begun one meanwhile.
   */
  private sessionKeyOf({ hit, sessionKey: movedTo }: TaskHit, { clientKey }: HitIdentity): string {
    const { aliases, notes } = this.context.aux;
    const alias = aliases.of(clientKey);
    if (alias !== null) return alias;
    if (movedTo === undefined || movedTo === clientKey || mergeHopsOf(hit) === 0) return clientKey;
    if (notes.of(clientKey) !== null) return clientKey;
    const target = aliases.of(movedTo) ?? movedTo;
    if (target !== clientKey) aliases.point(clientKey, target);
    return target;
  }

  /** The end of the chain. The id is remembered after the hit is stored: in between, a repeat stores the same bytes once more (D12). */
  private store({ hit, sessionKey, clientKey }: PassingHit): Eventually<HitOutcome> {
    const { sets, codec, aux, open } = this.context;
    const member = encoded(codec, { hit: withoutMergeHops(hit), sessionKey });
    return after(sets.add(open.of(sessionKey).hitsKey, member), () => {
      aux.filter.remember(clientKey, hit.id);
      return sessionKey === clientKey ? 'stored' : 'joined';
    });
  }
}

const encoded = (codec: HitCodec, filed: FiledHit): Uint8Array => {
  try {
    return codec.encode(filed);
  } catch (cause) {
    throw new Droppable('HIT_UNENCODABLE', 'the codec cannot encode this hit', {}, [], { cause });
  }
};

/** By received time; equal times stay in the order of the task. */
const inOrderOfTime = (hits: readonly TaskHit[]): readonly TaskHit[] =>
  hits.length > 1 ? [...hits].sort((left, right) => left.hit.receivedAtMs - right.hit.receivedAtMs) : hits;
