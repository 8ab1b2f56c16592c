import { Refusal } from '@drawdown/errors';

/** A JSON value; amounts are decimal strings, so no number in an event needs more than a double. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** An event whose type or version this build does not know. It is kept as it was read and passed over, never lost. */
export interface UnknownEvent {
  readonly known: false;
  /** The whole CloudEvents type, `drawdown.<context>.<aggregate>.<event>.v<n>`. */
  readonly type: string;
  readonly data: Json;
}

/** Makes the data of the next version out of one version's. */
export type Upcaster = (data: Json) => Json;

export interface EventDefinition<E> {
  /** Kebab case, as in the CloudEvents type. @default the domain's name in kebab case (`GrantCreated` → `grant-created`) */
  readonly name?: string;
  /** The version that this build writes, from 1. */
  readonly version: number;
  /** Reads data of exactly this version; throws on data that is not. */
  readonly parse: (data: Json) => E;
  readonly serialize: (event: E) => Json;
  /** By the version they read: `{1: …}` makes version 2 out of version 1. One for every version below the current one. */
  readonly upcasters?: Readonly<Record<number, Upcaster>>;
}

export type EventDefinitions<E extends { readonly type: string }> = {
  readonly [T in E['type']]: EventDefinition<Extract<E, { readonly type: T }>>;
};

export interface EventRegistry<E> {
  readonly aggregateType: string;
  /** @throws Error for an event that was never defined: our own mistake. */
  encode(event: E): { readonly type: string; readonly data: Json };
  /** @throws Refusal `EVENT_MALFORMED` if a known type and version has data that cannot be read. */
  decode(type: string, data: Json): E | UnknownEvent;
}

export const isUnknownEvent = (event: unknown): event is UnknownEvent =>
  typeof event === 'object' && event !== null && 'known' in event && event.known === false;

const kebab = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();

/**
 * The typed, versioned event types of one aggregate. `aggregateType` is `drawdown.<context>.<aggregate>`; the CloudEvents type adds
 * `.<event>.v<n>` (design §4.12).
 */
export const eventRegistry = <E extends { readonly type: string }>(
  aggregateType: string,
  definitions: EventDefinitions<E>,
): EventRegistry<E> => {
  const byType = new Map<string, Named<E>>();
  const byName = new Map<string, Named<E>>();
  for (const [type, definition] of Object.entries<unknown>(definitions) as [string, EventDefinition<E>][]) {
    const named = { ...definition, name: definition.name ?? kebab(type) };
    checkDefinition(named, byName);
    byType.set(type, named);
    byName.set(named.name, named);
  }
  return {
    aggregateType,
    encode: event => {
      const definition = byType.get(event.type);
      if (definition === undefined) throw new Error(`no event "${event.type}" is defined for ${aggregateType}`);
      return { type: `${aggregateType}.${definition.name}.v${definition.version}`, data: definition.serialize(event) };
    },
    decode: (type, data) => {
      const { name, version } = splitType(aggregateType, type);
      const definition = byName.get(name);
      if (definition === undefined || version < 1 || version > definition.version) return { known: false, type, data };
      return read(definition, version, type, data);
    },
  };
};

type Named<E> = EventDefinition<E> & { readonly name: string };

const checkDefinition = <E>(definition: Named<E>, present: ReadonlyMap<string, unknown>): void => {
  const { name, version } = definition;
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name)) throw new Error(`event name "${name}" is not in kebab case`);
  if (present.has(name)) throw new Error(`event name "${name}" is defined twice`);
  if (!Number.isInteger(version) || version < 1) throw new Error(`event "${name}" needs a version from 1`);
  for (let from = 1; from < version; from += 1) {
    if (definition.upcasters?.[from] === undefined) throw new Error(`event "${name}" has no upcaster from version ${from}`);
  }
};

const splitType = (aggregateType: string, type: string): { name: string; version: number } => {
  const match = type.startsWith(`${aggregateType}.`) ? /^([^.]+)\.v(\d{1,9})$/.exec(type.slice(aggregateType.length + 1)) : null;
  return { name: match?.[1] ?? '', version: Number(match?.[2] ?? 0) };
};

const read = <E>(definition: Named<E>, version: number, type: string, data: Json): E => {
  try {
    let current = data;
    for (let from = version; from < definition.version; from += 1) {
      current = (definition.upcasters?.[from] as Upcaster)(current);
    }
    return definition.parse(current);
  } catch (error) {
    throw new Refusal(
      'EVENT_MALFORMED',
      `data of ${type} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { type },
      [],
      {
        cause: error,
      },
    );
  }
};
