import { Fault, Refusal } from '@drawdown/errors';
import { componentsOf, decodePosition, encodePosition, UNPARTITIONED, type Command, type Position } from '@drawdown/eventlog';
import type { CallContext } from '@drawdown/grpc';
import { inject } from '@drawdown/telemetry';
import type { PropertyLog } from '../../application/properties/property-log.js';
import type { PropertyRegistry, StoredProperty } from '../../application/properties/registry.js';
import { shadowNamespace, type Property, type PropertyCommand, type PropertyState, type ServiceBounds } from '../../domain/index.js';
import { identityOf, type CommandRequest } from './command-request.js';
import { namespaceOf } from './namespaces.js';

/** Where the stream of properties is read to (sessions §10.1). */
export interface PropertyReading {
  readonly sequence: number;
  reached(sequence: number, signal: AbortSignal): Promise<void>;
}

export interface PropertiesApiOptions {
  readonly log: PropertyLog;
  readonly registry: PropertyRegistry;
  readonly reading: PropertyReading;
  /** Of the stream of properties. */
  readonly incarnation: string;
  /** What the service is set to (D17). */
  readonly bounds: ServiceBounds;
}

/** Properties as callers see them: changed through the log, read from the memory of this replica. */
export class PropertiesApi {
  constructor(private readonly options: PropertiesApiOptions) {}

  get bounds(): ServiceBounds {
    return this.options.bounds;
  }

  async execute(
    body: PropertyCommand,
    request: CommandRequest,
    { caller }: CallContext,
  ): Promise<{ readonly state: PropertyState; readonly position: string }> {
    const command: Command<PropertyCommand> = {
      ...identityOf(request),
      body,
      headers: Object.fromEntries(inject(new Map<string, string>())),
    };
    const { state, sequence } = await this.options.log.execute(namespaceOf(caller), command);
    return { state, position: encodePosition(this.#positionOf(sequence)) };
  }

  /** @throws Refusal `NOT_FOUND`; Fault `STALE_READ` */
  async stored(
    propertyId: string,
    minPosition: string,
    context: CallContext,
  ): Promise<{ readonly stored: StoredProperty; readonly position: string }> {
    const position = await this.#upTo(minPosition, context);
    return { stored: await this.#find(propertyId, context), position };
  }

  async list(
    minPosition: string,
    context: CallContext,
  ): Promise<{ readonly properties: readonly StoredProperty[]; readonly position: string }> {
    const position = await this.#upTo(minPosition, context);
    return { properties: this.options.registry.list(namespaceOf(context.caller)), position };
  }

  /** The property that a question about sessions is about. @throws Refusal `NOT_FOUND` */
  async property(propertyId: string, context: CallContext): Promise<Property> {
    return (await this.#find(propertyId, context)).property;
  }

  /** What a replay made of a property: one of the same id, with the settings of the replay (sessions §15.9). @throws Refusal `NOT_FOUND` */
  async replayed(propertyId: string, replay: string, { caller }: CallContext): Promise<Property> {
    const stored = await this.#storedIn(shadowNamespace(namespaceOf(caller), replay), propertyId);
    if (stored !== undefined) return stored.property;
    throw new Refusal('NOT_FOUND', `there is no replay ${replay} of property ${propertyId}`, { kind: 'replay', id: replay });
  }

  /** What is known here: one property of a namespace, or all of it. */
  known(namespace: string, propertyId: string): readonly Property[] {
    const { registry } = this.options;
    if (propertyId === '') return registry.list(namespace).map(({ property }) => property);
    const property = registry.get(namespace, propertyId);
    return property === undefined ? [] : [property];
  }

  async #find(propertyId: string, { caller }: CallContext): Promise<StoredProperty> {
    const found = await this.#storedIn(namespaceOf(caller), propertyId);
    if (found !== undefined) return found;
    throw new Refusal('NOT_FOUND', `there is no property ${propertyId}`, { kind: 'property', id: propertyId });
  }

  /** One that is not known here may have been created a moment ago by another replica. */
  async #storedIn(namespace: string, propertyId: string): Promise<StoredProperty | undefined> {
    const { registry } = this.options;
    const known = registry.stored(namespace, propertyId);
    if (known !== undefined) return known;
    await registry.current();
    return registry.stored(namespace, propertyId);
  }

  async #upTo(minPosition: string, context: CallContext): Promise<string> {
    const { reading, incarnation } = this.options;
    const wanted = minPosition === '' ? [] : componentsOf(decodePosition(minPosition, { properties: incarnation }), UNPARTITIONED);
    for (const { stream, sequence } of wanted) {
      await reading.reached(sequence, context.signal).catch(() => {
        throw new Fault('STALE_READ', 'the position is not reached yet', { stream, sequence: String(sequence) });
      });
    }
    return encodePosition(this.#positionOf(reading.sequence));
  }

  #positionOf(sequence: number): Position {
    const { incarnation } = this.options;
    return sequence === 0 ? [] : [{ stream: 'properties', incarnation, partition: UNPARTITIONED, sequence }];
  }
}
