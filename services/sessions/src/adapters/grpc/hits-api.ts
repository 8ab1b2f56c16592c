import { isRefusal, Refusal } from '@drawdown/errors';
import { encodePosition, type Position } from '@drawdown/eventlog';
import type { CallContext } from '@drawdown/grpc';
import { HitOutcome, type Hit as HitMessage, type HitResult } from '@drawdown/proto/sessions';
import { inject } from '@drawdown/telemetry';
import type { HitPlace, PublishHits } from '../../application/hits/ports.js';
import type { IngestObserver } from '../../application/ingest/ports.js';
import type { PropertyRegistry } from '../../application/properties/registry.js';
import { LIVE_LANE, type Hit } from '../../domain/index.js';
import { fromApiHit, maskedHit } from './convert/hits.js';
import { toApiItemError } from './convert/item-error.js';
import { namespaceOf } from './namespaces.js';

export interface HitsApiOptions {
  readonly publish: PublishHits;
  readonly registry: PropertyRegistry;
  /** Server's time. */
  readonly nowMs: () => number;
  /** Of the stream of hits. */
  readonly incarnation: string;
  readonly onRefused?: IngestObserver['onRefused'];
}

export interface PublishedHits {
  readonly results: HitResult[];
  readonly position: Position;
}

type Checked = { readonly hit: Hit } | { readonly refusal: Refusal };

/** A lane is part of keys and of logs. */
const LANE = /^[A-Za-z0-9_-]{1,64}$/;

/** @throws Refusal `LANE_INVALID` */
export const fromApiLane = (lane: string): string => {
  if (lane === '') return LIVE_LANE;
  if (LANE.test(lane)) return lane;
  throw laneInvalid('must be 1–64 characters of A-Z a-z 0-9 _ -');
};

const laneInvalid = (description: string): Refusal =>
  new Refusal('LANE_INVALID', `lane ${description}`, { field: 'lane' }, [{ field: 'lane', description }]);

/** Hits from those who have no NATS of their own: checked one by one, durable before the answer (sessions §12.1). */
export class HitsApi {
  constructor(private readonly options: HitsApiOptions) {}

  /** @param first place of the first message in the call */
  async publish(messages: readonly HitMessage[], lane: string, first: number, { caller }: CallContext): Promise<PublishedHits> {
    const { publish, nowMs } = this.options;
    const namespace = namespaceOf(caller);
    const now = nowMs();
    const read = messages.map((message, index) =>
      checked(() => fromApiHit(message, { namespace, lane, index: first + index, nowMs: now })),
    );
    const items = await this.#withProperties(read);
    for (const [index, item] of items.entries()) {
      if ('refusal' in item) this.#countRefused(item.refusal, namespace, messages[index]?.propertyId);
    }
    const hits = items.flatMap(item => ('hit' in item ? [item.hit] : []));
    const places = await publish.publish(hits, lane, Object.fromEntries(inject(new Map<string, string>())));
    let next = 0;
    const results = items.map((item, index): HitResult => {
      if ('refusal' in item) return refused(first + index, item.refusal);
      const place = places[next++];
      if (place === undefined) throw new Error('a hit was published and has no place');
      const position = encodePosition([this.#componentOf(place)]);
      return { index: first + index, outcome: HitOutcome.ACCEPTED, id: item.hit.id, position, error: undefined };
    });
    return { results, position: this.#positionOf(places) };
  }

  async completeImport(lane: string, { caller }: CallContext): Promise<string> {
    const given = fromApiLane(lane);
    if (given === LIVE_LANE) throw laneInvalid('live is never completed');
    return encodePosition(this.#positionOf(await this.options.publish.completeImport(namespaceOf(caller), given)));
  }

  /** One that is not known here may have been created a moment ago by another replica: the stream is asked once. */
  async #withProperties(items: readonly Checked[]): Promise<readonly Checked[]> {
    const { registry } = this.options;
    const isUnknown = (item: Checked): boolean => 'hit' in item && registry.get(item.hit.namespace, item.hit.propertyId) === undefined;
    if (items.some(isUnknown)) await registry.current();
    return items.map(item => ('hit' in item ? checked(() => this.#ofProperty(item.hit)) : item));
  }

  #ofProperty(hit: Hit): Hit {
    const property = this.options.registry.get(hit.namespace, hit.propertyId);
    if (property !== undefined) return maskedHit(hit, property);
    throw new Refusal('UNKNOWN_PROPERTY', `there is no property ${hit.propertyId}`, { propertyId: hit.propertyId });
  }

  /** Under the property where there is one, as those that are refused later (D21). */
  #countRefused({ reason }: Refusal, namespace: string, propertyId = ''): void {
    const { registry, onRefused } = this.options;
    onRefused?.(reason, registry.get(namespace, propertyId) === undefined ? undefined : { namespace, propertyId });
  }

  #componentOf({ partition, sequence }: HitPlace): Position[number] {
    return { stream: 'hits', incarnation: this.options.incarnation, partition, sequence };
  }

  /** The last place in each partition. */
  #positionOf(places: readonly HitPlace[]): Position {
    const last = new Map<number, HitPlace>();
    for (const place of places) if (place.sequence > (last.get(place.partition)?.sequence ?? 0)) last.set(place.partition, place);
    return [...last.values()].map(place => this.#componentOf(place));
  }
}

const checked = (work: () => Hit): Checked => {
  try {
    return { hit: work() };
  } catch (error) {
    if (isRefusal(error)) return { refusal: error };
    throw error;
  }
};

const refused = (index: number, refusal: Refusal): HitResult => ({
  index,
  outcome: HitOutcome.REFUSED,
  id: '',
  position: '',
  error: toApiItemError(refusal),
});
