import { encodeToken, partitionOf } from '@drawdown/eventlog';
import { evolveProperty, NO_PROPERTY, shadowNamespace, type Property, type PropertyEvent, type PropertyState } from '../../domain/index.js';

/** An event and the time of its command. */
export interface TimedPropertyEvent {
  readonly event: PropertyEvent;
  readonly atMs: number;
  readonly commandId: string;
}

/** A property, and when it came to be so. */
export interface StoredProperty {
  readonly property: Property;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
}

interface Entry {
  readonly state: PropertyState;
  readonly stored: StoredProperty | undefined;
  /** Id of the command that created it. */
  readonly createdBy: string | undefined;
  readonly sequence: number;
}

/** Where the state of a property of scope `property` lies (sessions §12.1). */
export const propertyStateOf = (namespace: string, propertyId: string): number =>
  partitionOf(encodeToken(namespace, 'namespace'), encodeToken(propertyId, 'property'));

/**
 * The properties of all namespaces, in the memory of every replica and fed by the stream alone. It may be a moment behind; who must know the
 * newest waits for `current` first.
 */
export class PropertyRegistry {
  /** By subject: a long id stands there as a hash, so the subject names a property for certain. */
  readonly #bySubject = new Map<string, Entry>();
  readonly #byName = new Map<string, Map<string, StoredProperty>>();
  readonly #listeners = new Set<(property: Property) => void>();
  #propertyStates: readonly number[] = [];

  /**
   * @param current resolves when everything is applied that the stream held at the call
   * @param own the service's own property, which is in no stream and in no list
   */
  constructor(
    readonly current: () => Promise<void>,
    private readonly own?: Property,
  ) {}

  /** Applies what one message recorded; messages that are not newer than the last applied one of the subject change nothing. */
  apply(subject: string, namespace: string, events: readonly TimedPropertyEvent[], sequence: number): void {
    const known = this.#bySubject.get(subject);
    if (known !== undefined && known.sequence >= sequence) return;
    const state = events.reduce((before, { event, atMs }) => evolveProperty(before, event, atMs), known?.state ?? NO_PROPERTY);
    const stored = storedOf(namespace, state);
    const createdBy = known?.createdBy ?? events.find(({ event }) => event.type === 'property-created')?.commandId;
    this.#bySubject.set(subject, { state, stored, createdBy, sequence });
    if (stored === undefined) return;
    const named = this.#byName.get(namespace) ?? new Map<string, StoredProperty>();
    this.#byName.set(namespace, named.set(state.propertyId, stored));
    this.#propertyStates = this.#statesOfJoining();
    for (const listener of this.#listeners) listener(stored.property);
  }

  get(namespace: string, propertyId: string): Property | undefined {
    const { own } = this;
    if (own?.namespace === namespace && own.propertyId === propertyId) return own;
    return this.stored(namespace, propertyId)?.property;
  }

  stored(namespace: string, propertyId: string): StoredProperty | undefined {
    return this.#byName.get(namespace)?.get(propertyId);
  }

  /** The properties of a namespace, by id. */
  list(namespace: string): readonly StoredProperty[] {
    return [...(this.#byName.get(namespace)?.values() ?? [])].sort((a, b) => (a.property.propertyId < b.property.propertyId ? -1 : 1));
  }

  *all(): Generator<Property> {
    for (const named of this.#byName.values()) for (const { property } of named.values()) yield property;
  }

  /** What replays have made of a property: such a property is named by the command that started the replay (sessions §15.9). */
  replaysOf({ namespace, propertyId }: Property): readonly Property[] {
    return [...this.#bySubject.values()].flatMap(({ stored, createdBy }) => {
      const isReplay =
        stored?.property.propertyId === propertyId &&
        createdBy !== undefined &&
        stored.property.namespace === shadowNamespace(namespace, createdBy);
      return isReplay ? [stored.property] : [];
    });
  }

  /** State partitions that hold properties of scope `property`, ascending. */
  propertyStates(): readonly number[] {
    return this.#propertyStates;
  }

  /** Tells of every property that was created or changed from now on; the answer ends it. */
  onChange(listener: (property: Property) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #statesOfJoining(): readonly number[] {
    const states = new Set<number>();
    for (const { namespace, propertyId, settings } of this.all()) {
      if (settings.scope === 'property') states.add(propertyStateOf(namespace, propertyId));
    }
    return [...states].sort((a, b) => a - b);
  }
}

const storedOf = (namespace: string, state: PropertyState): StoredProperty | undefined => {
  const { propertyId, settings, settingsVersion, createdAtMs, changedAtMs } = state;
  return settings === undefined ? undefined : { property: { namespace, propertyId, settings, settingsVersion }, createdAtMs, changedAtMs };
};
