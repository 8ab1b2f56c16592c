import type { Hit } from '../../domain/index.js';

/** Where a hit stands in DRAWDOWN_HITS. */
export interface HitPlace {
  readonly partition: number;
  readonly sequence: number;
}

/** Puts hits into the stream for those who have no NATS of their own. Resolves when everything is durable. */
export interface PublishHits {
  /**
   * One place a hit, in their order. The hits are sound and all of one namespace.
   * @throws Fault: some may be stored; the same hits may be sent again
   */
  publish(hits: readonly Hit[], lane: string, headers: Readonly<Record<string, string>>): Promise<readonly HitPlace[]>;
  /** Ends an import on every source partition; may be repeated. */
  completeImport(namespace: string, lane: string): Promise<readonly HitPlace[]>;
}
