import type { InstantMs } from '@drawdown/calendar';
import {
  decide,
  decideController,
  decideNamespace,
  evolve,
  evolveController,
  evolveNamespace,
  firstSet,
  Rescuer,
  resolveClientSettings,
  type Answers,
  type ClientSettings,
  type CommandType,
  type ControllerAnswer,
  type ControllerCommand,
  type ControllerRecord,
  type KindRegistry,
  type NamespaceCommand,
  type NamespaceRecord,
  type Resource,
  type ResourceCommand,
  type ResourceEvent,
  type ResourceRecord,
} from '@drawdown/reconciliation/domain';
import type { Fields } from './fields.js';
import { readKinds, type Kind } from './kinds.js';
import { fromScenario } from './time.js';

export const keyOf = (kind: string, objectId: string): string => `${kind}/${objectId}`;

/** An event of a resource that subscribers hear of, with the record after it. */
export interface Announced {
  readonly event: ResourceEvent;
  readonly record: ResourceRecord;
}

/** Digits of an id that is compared as a text. */
const ID_DIGITS = 26;

/** Everything a scenario's steps act on, and what the present step has written. */
export class World {
  readonly kinds: KindRegistry<Kind>;
  readonly settings: ClientSettings;
  readonly rescuer: Rescuer;
  readonly #resources = new Map<string, ResourceRecord>();
  readonly #namespaces = new Map<string, NamespaceRecord>();
  readonly #controllers = new Map<string, ControllerRecord>();
  #versions = 0;
  #ids = 0;
  #announced: Announced[] = [];
  #written = new Set<string>();

  constructor(fields: Fields) {
    const start = fromScenario(0);
    this.settings = readSettings(fields);
    this.rescuer = new Rescuer(this.settings.stuckScheduledThresholdMs);
    this.kinds = readKinds(fields);
    for (const [name, entry] of fields.entriesOf('namespaces')) {
      this.commandNamespace({ type: 'configure', now: start, name, settings: readNamespace(entry) });
    }
    for (const { kind, hasInformer, informIntervalMs } of this.kinds.all()) {
      const intervalMs = firstSet(informIntervalMs) ?? this.settings.informIntervalMs;
      this.commandController(kind, { type: 'configure', now: start, name: kind, informIntervalMs: intervalMs, hasInformer });
    }
  }

  find(key: string): Resource {
    return this.#resources.get(key);
  }

  /** All records, oldest first. */
  resources(): readonly ResourceRecord[] {
    return [...this.#resources.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
  }

  namespace(name: string): NamespaceRecord | undefined {
    return this.#namespaces.get(name);
  }

  namespaces(): readonly NamespaceRecord[] {
    return [...this.#namespaces.values()];
  }

  controllers(): readonly ControllerRecord[] {
    return [...this.#controllers.values()];
  }

  newId(): string {
    return String((this.#ids += 1)).padStart(ID_DIGITS, '0');
  }

  /** Decides a command about one resource and appends what comes of it. */
  command<Type extends CommandType>(key: string, command: ResourceCommand<Type>): Answers[Type] {
    const { answer, event } = decide(command, this.find(key));
    if (event !== undefined) this.#append(key, event, command.type !== 'heartbeat');
    // No command of a scenario has an identity, so none is a repeat.
    return answer as Answers[Type];
  }

  commandNamespace(command: NamespaceCommand): void {
    const state = this.#namespaces.get(command.name);
    const event = decideNamespace(command, state);
    if (event !== undefined) this.#namespaces.set(command.name, evolveNamespace(state, event));
  }

  commandController(kind: string, command: ControllerCommand): ControllerAnswer {
    const state = this.#controllers.get(kind);
    const { answer, event } = decideController(command, state);
    if (event !== undefined) this.#controllers.set(kind, evolveController(state, event));
    return answer;
  }

  controller(kind: string): ControllerRecord | undefined {
    return this.#controllers.get(kind);
  }

  /** What has been written and announced since this was asked last. */
  takeTrace(): { readonly announced: readonly Announced[]; readonly written: readonly ResourceRecord[] } {
    const written = [...this.#written].map(key => this.find(key)).filter(record => record !== undefined);
    const announced = this.#announced;
    this.#written = new Set();
    this.#announced = [];
    return { announced, written };
  }

  #append(key: string, event: ResourceEvent, isShown: boolean): void {
    this.#versions += 1;
    const after = evolve(this.find(key), event, this.#versions);
    if (after === undefined) this.#resources.delete(key);
    else this.#resources.set(key, after);
    if (isShown) this.#written.add(key);
    if (after !== undefined && event.category !== undefined) this.#announced.push({ event, record: after });
  }
}

const SETTINGS = [
  'workTimeoutMs',
  'informTimeoutMs',
  'maintenanceIntervalMs',
  'cleanerIntervalMs',
  'informIntervalMs',
  'informJitterMs',
  'cleanerTimeoutMs',
  'deletedRetentionMs',
  'syncedRetentionMs',
  'degradedRetentionMs',
  'stuckScheduledThresholdMs',
] as const satisfies readonly (keyof ClientSettings)[];

const readSettings = (fields: Fields): ClientSettings => {
  const client = fields.optional('client', name => fields.object(name));
  if (client === undefined) return resolveClientSettings({});
  const given = SETTINGS.map(setting => [setting, client.optional(setting, name => client.integer(name))] as const);
  client.end();
  return resolveClientSettings(Object.fromEntries(given));
};

const NAMESPACE_SETTINGS = ['resourceExpiryMs', 'deletedRetentionMs', 'syncedRetentionMs', 'degradedRetentionMs'] as const;

const readNamespace = (fields: Fields): Readonly<Partial<Record<(typeof NAMESPACE_SETTINGS)[number], number>>> => {
  const given = NAMESPACE_SETTINGS.map(setting => [setting, fields.optional(setting, name => fields.integer(name))] as const);
  fields.end();
  return Object.fromEntries(given);
};

/** The instant of a step. */
export interface Moment {
  readonly now: InstantMs;
  readonly fields: Fields;
}
