import type { InstantMs } from '@drawdown/calendar';
import {
  informedObject,
  isJsonObject,
  KindRegistry,
  type GivenObject,
  type InformedObject,
  type InformOptions,
  type JsonValue,
  type KindRules,
} from '@drawdown/reconciliation/domain';
import { scenarioInvalid, type Fields } from './fields.js';
import { readPolicy } from './policy.js';
import { readPointers } from './small.js';
import { fromScenario } from './time.js';

/** A kind of a scenario: what its definition says. */
export interface Kind {
  readonly kind: string;
  readonly informOptions: InformOptions;
  readonly informIntervalMs: number | undefined;
  readonly hasInformer: boolean;
  /** Its objects say when they were created. */
  readonly givesCreatedAt: boolean;
  readonly hashIgnore: readonly string[];
  readonly rules: KindRules;
}

/** Options of an object as they are given: whether they are right is the domain's to say. */
export const readInformOptions = (fields: Fields): InformOptions => ({
  namespace: fields.raw('namespace'),
  tags: fields.raw('tags'),
  metadata: fields.raw('metadata'),
  maxAttempts: fields.raw('maxAttempts'),
});

const revisionOf = (object: JsonValue): number => {
  const revision = isJsonObject(object) ? object['rev'] : undefined;
  return typeof revision === 'number' ? revision : 0;
};

const compareRevisions = (incoming: JsonValue, stored: JsonValue): number => Math.sign(revisionOf(incoming) - revisionOf(stored));

const readRules = (fields: Fields): KindRules => {
  const maxBackoffMs = fields.optional('maxBackoffMs', name => fields.integer(name, 0));
  const compare = fields.optional('compare', name => fields.choice(name, ['rev']));
  return {
    compare: compare === undefined ? undefined : compareRevisions,
    ordering: fields.optional('ordering', name => fields.choice(name, ['chronological'])),
    backoff: fields.optional('backoff', name => readPolicy(fields.object(name), maxBackoffMs)) ?? { type: 'work', maxBackoffMs },
  };
};

const readKind = (kind: string, fields: Fields): Kind => {
  const options = fields.optional('informOpts', name => fields.object(name));
  const read: Kind = {
    kind,
    informOptions: options === undefined ? {} : readInformOptions(options),
    informIntervalMs: fields.optional('informIntervalMs', name => fields.integer(name)),
    hasInformer: fields.optional('informer', name => fields.flag(name)) ?? true,
    givesCreatedAt: fields.optional('createdAt', name => fields.flag(name)) ?? false,
    hashIgnore: fields.optional('hashIgnore', name => readPointers(fields, name)) ?? [],
    rules: readRules(fields),
  };
  options?.end();
  fields.end();
  return read;
};

/** @throws Refusal `KIND_…` for a name that no kind can have. */
export const readKinds = (fields: Fields): KindRegistry<Kind> => {
  const registry = new KindRegistry<Kind>();
  for (const [name, entry] of fields.entriesOf('kinds')) registry.register(readKind(name, entry));
  return registry;
};

/** An object of a scenario; only its id is sure to be there. */
export interface ScenarioObject {
  readonly id: string;
  readonly value: Readonly<Record<string, unknown>>;
}

export const readObject = (value: unknown, path: string): ScenarioObject => {
  if (!isJsonObject(value)) throw scenarioInvalid(path, 'must be an object');
  const { id } = value;
  if (typeof id !== 'string') throw scenarioInvalid(`${path}.id`, 'must be a text');
  return { id, value };
};

/** When an object says that it was created. */
export const createdAtOf = (kind: Kind, { value }: ScenarioObject): InstantMs | undefined => {
  const { createdAt } = value;
  return kind.givesCreatedAt && Number.isSafeInteger(createdAt) ? fromScenario(createdAt as number) : undefined;
};

export const inform = (kind: Kind, object: ScenarioObject, callOptions?: InformOptions): InformedObject => {
  const given: GivenObject = {
    kind: kind.kind,
    objectId: object.id,
    object: object.value,
    createdAt: createdAtOf(kind, object),
    callOptions,
    definitionOptions: kind.informOptions,
    hashIgnore: kind.hashIgnore,
  };
  return informedObject(given);
};
