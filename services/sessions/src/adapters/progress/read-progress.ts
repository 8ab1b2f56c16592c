import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '@drawdown/errors';
import { UNPARTITIONED } from '@drawdown/eventlog';
import { propertyStateOf } from '../../application/properties/registry.js';
import type { ReadProgress } from '../../application/queries/ports.js';
import type { Property } from '../../domain/index.js';

/** How often it is looked whether a position is reached. */
const LOOK_EVERY_MS = 20;
/**
 * How long a read waits for closes to be folded. A publication that broke off holds the watermark back until its owner repeats it; what is folded
 * is answered then.
 */
const CLOSES_WAIT_MS_MAX = 2_000;

export interface ProgressSources {
  /** Source → stream sequence up to which hits were applied in a state partition (sessions §12.5). */
  readonly applied: (state: number) => Promise<ReadonlyMap<number, number>>;
  /** Last message of DRAWDOWN_SESSIONS of a state partition whose effect is in the documents. */
  readonly folded: (state: number) => Promise<number>;
  /** Last messages of a property on DRAWDOWN_SESSIONS, by state partition. */
  readonly lastCloses: (namespace: string, propertyId: string) => Promise<ReadonlyMap<number, number>>;
}

/** How far store and documents are, whichever replica keeps them: asked of both until they are far enough (design §3.10). */
export class StoredProgress implements ReadProgress {
  constructor(private readonly sources: ProgressSources) {}

  async reached(components: Parameters<ReadProgress['reached']>[0], property: Property, signal: AbortSignal): Promise<void> {
    for (const { stream, partition, sequence } of components) {
      if (partition === UNPARTITIONED) continue;
      const isReached = await this.#until(() => this.#isReached(stream, partition, sequence, property), signal);
      if (!isReached) throw new Fault('STALE_READ', 'the position is not reached yet', { stream, sequence: String(sequence) });
    }
  }

  async closesFolded({ namespace, propertyId }: Property, signal: AbortSignal): Promise<void> {
    const last = await this.sources.lastCloses(namespace, propertyId);
    const waiting = AbortSignal.any([signal, AbortSignal.timeout(CLOSES_WAIT_MS_MAX)]);
    await Promise.all(
      [...last].map(([state, sequence]) => this.#until(async () => (await this.sources.folded(state)) >= sequence, waiting)),
    );
    if (signal.aborted) throw new Fault('STALE_READ', 'the closes of the property are not folded yet');
  }

  async #isReached(stream: string, partition: number, sequence: number, { settings, ...place }: Property): Promise<boolean> {
    if (stream === 'sessions') return (await this.sources.folded(partition)) >= sequence;
    if (stream !== 'hits') return true;
    const state = settings.scope === 'client' ? partition : propertyStateOf(place.namespace, place.propertyId);
    return ((await this.sources.applied(state)).get(partition) ?? 0) >= sequence;
  }

  async #until(isSo: () => Promise<boolean>, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      if (await isSo()) return true;
      if (signal.aborted) return false;
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
