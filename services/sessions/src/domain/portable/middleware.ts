import type { Collected, Context } from './context.js';
import type { PassingHit } from './filed-hit.js';
import type { Eventually } from './storage/eventually.js';

/**
 * What became of a hit. `stored`: under its own client's key; `joined`: under another's; `late`: its bucket had passed and it opened a
 * proto-session of its own (D3); `duplicate`: its id is known (D12); `moved`: pushed to the receiver storage with the proto-session that it
 * merged, to come back as a hit of the survivor (D1).
 */
export type HitOutcome = 'stored' | 'joined' | 'late' | 'duplicate' | 'moved';

/** The rest of the chain. */
export type Next = (hit: PassingHit) => Eventually<HitOutcome>;

/** One link of the chain (sessions §5). Order matters: evicter, close trigger, compactor. */
export interface Middleware {
  /** Calls `next` once or not at all, before or after its own work. */
  handle(context: Context, hit: PassingHit, next: Next): Eventually<HitOutcome>;
  /** Forget everything about this proto-session. */
  onCleanup(context: Context, sessionKey: string): Eventually<void>;
  /** Hits of it that this middleware holds. */
  onCollect(context: Context, sessionKey: string): Eventually<Collected>;
  onPing(context: Context, atMs: number): Eventually<void>;
}
