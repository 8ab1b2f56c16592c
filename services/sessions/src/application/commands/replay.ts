import { Refusal } from '@drawdown/errors';
import { shadowNamespace, type Hit, type Property, type ServiceBounds } from '../../domain/index.js';
import type { HitPlace, PublishHits } from '../hits/ports.js';
import type { PropertyLog } from '../properties/property-log.js';
import { checkWindow } from './operator-commands.js';
import type { CommandIdentity, Replay, StartedReplay } from './ports.js';

/** Hits that are published again at once. */
const HITS_PER_PUBLISH_MAX = 1_000;
/** A hit may be received this long before its message came, and this long after (D5). */
const AHEAD_MS_MAX = 300_000;
/** Hits of a property as the log has them. */
export interface RecordedHits {
  /** Server's time from which hits are still in the stream; undefined: nothing was ever removed. */
  keptSinceMs(): Promise<number | undefined>;
  /** Live hits whose messages came since a time of the server, in the order of each partition. */
  since(namespace: string, propertyId: string, sinceMs: number): AsyncIterable<Hit>;
}

export interface ReplayStartOptions {
  readonly recorded: RecordedHits;
  readonly publish: PublishHits;
  readonly properties: PropertyLog;
  readonly bounds: ServiceBounds;
  /** Server's time. */
  readonly nowMs: () => number;
}

/**
 * Runs a range of time of a property again with other settings, into a namespace and a lane of its own (sessions §15.9): what it makes can be
 * compared with what is, and disturbs nothing. Hits keep their ids, so starting the same replay twice makes nothing twice.
 */
export class ReplayStart {
  constructor(private readonly options: ReplayStartOptions) {}

  /** @throws Refusal `HISTORY_EXPIRED`, `COMMAND_EXPIRED`, those of settings */
  async start(property: Property, { fromMs, toMs, settings }: Replay, command: CommandIdentity): Promise<StartedReplay> {
    const { recorded, publish, properties, bounds, nowMs } = this.options;
    checkWindow(command, nowMs());
    const keptSinceMs = await recorded.keptSinceMs();
    if (keptSinceMs !== undefined && fromMs < keptSinceMs) {
      throw new Refusal('HISTORY_EXPIRED', 'the hits of that time are not kept any more', { keptSinceMs: String(keptSinceMs) });
    }
    const { namespace, propertyId } = property;
    const shadow = shadowNamespace(namespace, command.id);
    await properties.execute(shadow, {
      ...command,
      body: { type: 'create-property', propertyId, settings: settings ?? property.settings, bounds },
    });
    const places = new Map<number, HitPlace>();
    const send = async (hits: readonly Hit[]): Promise<void> => {
      for (const place of await publish.publish(hits, command.id, {})) places.set(place.partition, place);
    };
    let pending: Hit[] = [];
    for await (const hit of recorded.since(namespace, propertyId, fromMs - AHEAD_MS_MAX)) {
      if (hit.receivedAtMs < fromMs || hit.receivedAtMs >= toMs) continue;
      pending.push({ ...hit, namespace: shadow });
      if (pending.length < HITS_PER_PUBLISH_MAX) continue;
      await send(pending);
      pending = [];
    }
    if (pending.length > 0) await send(pending);
    for (const place of await publish.completeImport(shadow, command.id)) places.set(place.partition, place);
    return { lane: command.id, places: [...places.values()] };
  }
}
