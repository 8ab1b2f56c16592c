import type { InstantMs } from '@drawdown/calendar';
import {
  evolveEntry,
  EMPTY_ENTRY,
  measuring,
  type CatalogEntry,
  type CatalogEvent,
  type CatalogKind,
  type MeasuringMeter,
} from '../../domain/index.js';

/** The address of one entry: an aggregate of its own (design §4.1). */
export interface CatalogAddress {
  readonly namespace: string;
  readonly kind: CatalogKind;
  readonly key: string;
}

/** An event and the time of its command. */
export interface TimedEvent {
  readonly event: CatalogEvent;
  readonly at: InstantMs;
}

/**
 * Features, meters and set-aside messages of all namespaces, in the memory of every replica and fed by the stream alone. It may be a moment
 * behind; who must know the newest (creating an entitlement) asks the log.
 */
export class Catalog {
  readonly #entries = new Map<string, { readonly address: CatalogAddress; entry: CatalogEntry; sequence: number }>();
  /** By namespace, then by type of event: asked for every event. */
  readonly #meters = new Map<string, Map<string, readonly MeasuringMeter[]>>();
  readonly #setAside = new Set<string>();

  /** Applies what one message of an entry recorded; older messages than the last applied one change nothing. */
  apply(address: CatalogAddress, events: readonly TimedEvent[], sequence: number): void {
    const id = addressKey(address);
    const known = this.#entries.get(id);
    if (known !== undefined && known.sequence >= sequence) return;
    const entry = events.reduce((state, { event, at }) => evolveEntry(state, event, at), known?.entry ?? EMPTY_ENTRY);
    this.#entries.set(id, { address, entry, sequence });
    for (const { event } of events) this.#index(address.namespace, event);
  }

  entry(address: CatalogAddress): CatalogEntry {
    return this.#entries.get(addressKey(address))?.entry ?? EMPTY_ENTRY;
  }

  /** All meters that measure a type of event, in the order of their creation. */
  metersFor(namespace: string, eventType: string): readonly MeasuringMeter[] {
    return this.#meters.get(namespace)?.get(eventType) ?? NONE;
  }

  /** Every meter of every namespace: what a partition must have counted before it can answer. */
  *allMeters(): Generator<{ readonly namespace: string; readonly meter: MeasuringMeter }> {
    for (const { address, entry } of this.#entries.values()) {
      const meter = this.metersFor(address.namespace, entry.meter?.eventType ?? '').find(candidate => candidate.meter.key === address.key);
      if (meter !== undefined) yield { namespace: address.namespace, meter };
    }
  }

  /** The entries of one kind in a namespace, by key. */
  list(namespace: string, kind: CatalogKind): readonly CatalogEntry[] {
    return [...this.#entries.values()]
      .filter(({ address }) => address.namespace === namespace && address.kind === kind)
      .sort((left, right) => (left.address.key < right.address.key ? -1 : 1))
      .map(({ entry }) => entry);
  }

  /** Whether a message is passed over by every fold (design §4.10). */
  isSetAside(stream: string, sequence: number): boolean {
    return this.#setAside.has(messageKey(stream, sequence));
  }

  #index(namespace: string, event: CatalogEvent): void {
    switch (event.type) {
      case 'meter-created': {
        const byType = this.#meters.get(namespace) ?? new Map<string, readonly MeasuringMeter[]>();
        const { eventType } = event.meter;
        byType.set(eventType, [...(byType.get(eventType) ?? NONE), measuring(event.meter)]);
        this.#meters.set(namespace, byType);
        return;
      }
      case 'message-set-aside':
        this.#setAside.add(messageKey(event.stream, event.sequence));
        return;
      case 'message-taken-back':
        this.#setAside.delete(messageKey(event.stream, event.sequence));
        return;
      case 'feature-created':
      case 'feature-archived':
        return;
    }
  }
}

const NONE: readonly MeasuringMeter[] = [];

/** One text per meter of any namespace; the length tells where the namespace ends, whatever both of them hold. */
export const meterId = (namespace: string, key: string): string => `${namespace.length}/${namespace}/${key}`;

const addressKey = ({ namespace, kind, key }: CatalogAddress): string => JSON.stringify([namespace, kind, key]);

const messageKey = (stream: string, sequence: number): string => `${stream}/${sequence}`;
