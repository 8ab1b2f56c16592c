import { eventRegistry, type EventDefinition, type EventDefinitions, type EventRegistry } from '@drawdown/eventlog';
import type { Shape } from './codec.js';
import { record, type Fields } from './record.js';

interface TypedEvent {
  readonly type: string;
}

/** The member of a union that may be of a type. */
type OfType<E extends TypedEvent, T> = E extends unknown ? (T extends E['type'] ? E : never) : never;

/** The fields of each event, as they are written; `type` becomes the name of the event. */
export type EventFields<E extends TypedEvent> = { readonly [T in E['type']]: Fields<Omit<OfType<E, T>, 'type'>> };

export interface WireEvents<E> extends EventRegistry<E> {
  /** What each event looks like, by its domain name. */
  readonly shapes: ReadonlyMap<string, Shape>;
}

/** The events of one aggregate, all of them at their first version. `aggregateType` is `drawdown.capacity.<kind>` (design §4.12). */
export const eventsOf = <E extends TypedEvent>(aggregateType: string, fields: EventFields<E>): WireEvents<E> => {
  const codecs = Object.entries(fields as Readonly<Record<string, Fields<object>>>).map(([type, named]) => ({
    type,
    codec: record(named),
  }));
  const definitions = codecs.map(({ type, codec }) => {
    const definition: EventDefinition<object> = { version: 1, serialize: codec.write, parse: json => ({ type, ...codec.read(json) }) };
    return [type, definition];
  });
  return {
    ...eventRegistry<E>(aggregateType, Object.fromEntries(definitions) as EventDefinitions<E>),
    shapes: new Map(codecs.map(({ type, codec }) => [type, codec.shape])),
  };
};
