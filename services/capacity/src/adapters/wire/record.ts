import type { Json } from '@drawdown/eventlog';
import { isOptional, unreadable, type Codec } from './codec.js';

/** A codec for each field, in the order in which they are written. */
export type Fields<T> = { readonly [Name in keyof T]-?: Codec<T[Name]> };

type JsonObject = Readonly<Record<string, Json>>;

const isJsonObject = (json: Json | undefined): json is JsonObject => typeof json === 'object' && json !== null && !Array.isArray(json);

/** An object with these fields and no others; its order of fields is the declared one, whatever order the value has. */
export const record = <T extends object>(fields: Fields<T>): Codec<T> => {
  const entries = Object.entries<Codec<unknown>>(fields as Readonly<Record<string, Codec<unknown>>>);
  const names = new Set(entries.map(([name]) => name));
  return {
    write: value => {
      const json: Record<string, Json> = {};
      for (const [name, codec] of entries) {
        const field = (value as Readonly<Record<string, unknown>>)[name];
        if (field === undefined && isOptional(codec.shape)) continue;
        json[name] = codec.write(field);
      }
      return json;
    },
    read: json => {
      if (!isJsonObject(json)) throw unreadable(json, 'a record');
      for (const name of Object.keys(json)) if (!names.has(name)) throw new TypeError(`there is no field ${JSON.stringify(name)}`);
      const value: Record<string, unknown> = {};
      for (const [name, codec] of entries) value[name] = readField(json, name, codec);
      return value as T;
    },
    shape: { record: Object.fromEntries(entries.map(([name, { shape }]) => [name, shape])) },
  };
};

const readField = (json: JsonObject, name: string, codec: Codec<unknown>): unknown => {
  const field = Object.hasOwn(json, name) ? json[name] : undefined;
  if (field === undefined) {
    if (isOptional(codec.shape)) return undefined;
    throw new TypeError(`field ${name} is missing`);
  }
  try {
    return codec.read(field);
  } catch (error) {
    throw new TypeError(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
};

/** Forms of a union, by a field that only one of them has. */
type Forms<T> = { readonly [Name in KeysOf<T>]?: Codec<Extract<T, { readonly [Key in Name]: unknown }>> };

type KeysOf<T> = T extends unknown ? keyof T & string : never;

/** One of several records, told apart by which field is there. */
export const byField = <T extends object>(forms: Forms<T>): Codec<T> => {
  const entries = Object.entries(forms) as [string, Codec<T>][];
  return {
    write: value => formOf(entries, value, undefined).write(value),
    read: json => {
      if (!isJsonObject(json)) throw unreadable(json, 'a record');
      return formOf(entries, json, json).read(json);
    },
    shape: { either: entries.map(([, { shape }]) => shape) },
  };
};

const formOf = <T>(entries: readonly [string, Codec<T>][], value: object, json: Json | undefined): Codec<T> => {
  const found = entries.find(([name]) => Object.hasOwn(value, name));
  if (found === undefined) throw unreadable(json, `a record with one of ${entries.map(([name]) => name).join(', ')}`);
  return found[1];
};
