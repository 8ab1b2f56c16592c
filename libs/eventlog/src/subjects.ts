import { PARTITIONS, decodeToken, encodeToken, partitionOf } from './tokens.js';
import { checkPrefix, type StreamKey } from './streams.js';

/** What a stored subject says; `tokens` are the encoded tokens after the partition, `partition` is absent for catalogues and dead letters. */
export interface ParsedSubject {
  readonly stream: StreamKey;
  readonly kind: 'single' | 'envelope' | 'catalog';
  readonly partition?: number;
  readonly tokens: readonly string[];
  /** `tokens` decoded; `undefined` where only a hash is stored. */
  readonly values: readonly (string | undefined)[];
}

/** Every subject of the table of design §4.1, made and read in one place. Values are given raw and encoded here. */
export class Subjects {
  constructor(readonly prefix: string) {
    checkPrefix(prefix);
  }

  /** Where a producer publishes usage of one customer. */
  usage(namespace: string, customer: string): string {
    return `${this.prefix}.usage.${encodeToken(namespace, 'namespace')}.${encodeToken(customer, 'customer')}`;
  }

  /** How the server stores what was published to `usage`. */
  usageStored(namespace: string, customer: string): string {
    return this.#keyed('p.usage', [encodeToken(namespace, 'namespace'), encodeToken(customer, 'customer')]);
  }

  /** Where an envelope with events of many customers of one partition and namespace goes. */
  usageBatch(partition: number, namespace: string): string {
    return `${this.prefix}.usage-batch.${checkPartition(partition)}.${encodeToken(namespace, 'namespace')}`;
  }

  hits(namespace: string, property: string, clientId: string): string {
    return `${this.prefix}.hits.${encodeToken(namespace, 'namespace')}.${encodeToken(property, 'property')}.${encodeToken(clientId, 'clientId')}`;
  }

  hitsStored(namespace: string, property: string, clientId: string): string {
    return this.#keyed('p.hits', [
      encodeToken(namespace, 'namespace'),
      encodeToken(property, 'property'),
      encodeToken(clientId, 'clientId'),
    ]);
  }

  hitsBatch(partition: number, namespace: string): string {
    return `${this.prefix}.hits-batch.${checkPartition(partition)}.${encodeToken(namespace, 'namespace')}`;
  }

  /** The aggregate of a customer: all entitlements, grants, holds, consumption. */
  customer(namespace: string, customer: string): string {
    return this.#keyed('entitlements', [encodeToken(namespace, 'namespace'), encodeToken(customer, 'customer')]);
  }

  /** Partition of a customer's usage and of its aggregate alike. */
  customerPartition(namespace: string, customer: string): number {
    return partitionOf(encodeToken(namespace, 'namespace'), encodeToken(customer, 'customer'));
  }

  hitPartition(namespace: string, property: string, clientId: string): number {
    return partitionOf(encodeToken(namespace, 'namespace'), encodeToken(property, 'property'), encodeToken(clientId, 'clientId'));
  }

  /** One feature or meter of the catalogue, which every replica reads whole. */
  catalog(namespace: string, kind: string, key: string): string {
    return `${this.prefix}.entitlements.catalog.${encodeToken(namespace, 'namespace')}.${encodeToken(kind, 'kind')}.${encodeToken(key, 'key')}`;
  }

  /** All catalogues of all namespaces. */
  catalogFilter(): string {
    return `${this.prefix}.entitlements.catalog.>`;
  }

  /** `kind` is `pool`, `reservation`, `counter`, … (design §4.1); the partition is that of the tokens after the kind. */
  capacity(kind: string, ...key: readonly [string, ...string[]]): string {
    const encoded = key.map(token => encodeToken(token, kind));
    return [this.prefix, 'capacity', partitionOf(...encoded), encodeToken(kind, 'kind'), ...encoded].join('.');
  }

  property(namespace: string, property: string): string {
    return this.#keyed('properties', [encodeToken(namespace, 'namespace'), encodeToken(property, 'property')]);
  }

  /** Sessions are filed by their state partition, which their specification decides (sessions §12.1). */
  sessions(partition: number, namespace: string, property: string): string {
    return `${this.prefix}.sessions.${checkPartition(partition)}.${encodeToken(namespace, 'namespace')}.${encodeToken(property, 'property')}`;
  }

  reconciliation(kind: string, objectId: string): string {
    return this.#keyed('reconciliation', [encodeToken(kind, 'kind'), encodeToken(objectId, 'objectId')]);
  }

  deadletters(service: string): string {
    return `${this.prefix}.deadletters.${encodeToken(service, 'service')}`;
  }

  /** What a consumer of one partition filters: single messages and envelopes arrive together, in stream order. */
  filters(stream: Exclude<StreamKey, 'deadletters'>, partition: number): readonly string[] {
    const number = checkPartition(partition);
    if (stream === 'usage' || stream === 'hits') {
      return [`${this.prefix}.p.${stream}.${number}.>`, `${this.prefix}.${stream}-batch.${number}.*`];
    }
    return [`${this.prefix}.${stream}.${number}.>`];
  }

  /** Reads a stored subject; `undefined` if it is none of ours. */
  parse(subject: string): ParsedSubject | undefined {
    if (!subject.startsWith(`${this.prefix}.`)) return undefined;
    const [first = '', ...rest] = subject.slice(this.prefix.length + 1).split('.');
    if (first === 'p') return parsed(rest[0], 'single', rest[1], rest.slice(2));
    if (first === 'usage-batch') return parsed('usage', 'envelope', rest[0], rest.slice(1));
    if (first === 'hits-batch') return parsed('hits', 'envelope', rest[0], rest.slice(1));
    if (first === 'deadletters') return result('deadletters', 'single', undefined, rest);
    if (first === 'entitlements' && rest[0] === 'catalog') return result('entitlements', 'catalog', undefined, rest.slice(1));
    return first === 'usage' || first === 'hits' ? undefined : parsed(first, 'single', rest[0], rest.slice(1));
  }

  #keyed(path: string, encodedKey: readonly string[]): string {
    return `${this.prefix}.${path}.${partitionOf(...encodedKey)}.${encodedKey.join('.')}`;
  }
}

const PARTITIONED: readonly string[] = [
  'usage',
  'hits',
  'entitlements',
  'capacity',
  'properties',
  'sessions',
  'reconciliation',
] satisfies StreamKey[];

const isPartitioned = (key: string | undefined): key is StreamKey => key !== undefined && PARTITIONED.includes(key);

const parsed = (
  stream: string | undefined,
  kind: ParsedSubject['kind'],
  partition: string | undefined,
  tokens: readonly string[],
): ParsedSubject | undefined => {
  if (!isPartitioned(stream) || partition === undefined || !/^(?:0|[1-9]\d?)$/.test(partition)) return undefined;
  const number = Number(partition);
  return number < PARTITIONS ? result(stream, kind, number, tokens) : undefined;
};

const result = (
  stream: StreamKey,
  kind: ParsedSubject['kind'],
  partition: number | undefined,
  tokens: readonly string[],
): ParsedSubject | undefined => {
  if (tokens.length === 0 || tokens.includes('')) return undefined;
  return { stream, kind, ...(partition === undefined ? {} : { partition }), tokens, values: tokens.map(decodeToken) };
};

const checkPartition = (partition: number): number => {
  if (!Number.isInteger(partition) || partition < 0 || partition >= PARTITIONS) {
    throw new RangeError(`partition ${partition} is not one of 0 to ${PARTITIONS - 1}`);
  }
  return partition;
};
