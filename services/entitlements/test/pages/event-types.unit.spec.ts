import { readFileSync } from 'node:fs';
import type { EventRegistry, Json } from '@drawdown/eventlog';
import { catalogEvents } from '../../src/adapters/jetstream/catalog-events.js';
import { customerEvents } from '../../src/adapters/jetstream/customer-events.js';
import type { CatalogEvent, CustomerEvent } from '../../src/domain/index.js';

/** Every type there is, with its current version: the compiler asks for a new one here, and the test for its place on the page. */
const CUSTOMER_VERSIONS: Readonly<Record<CustomerEvent['type'], number>> = {
  'entitlement-created': 1,
  'grant-created': 1,
  'grant-voided': 1,
  'usage-reset': 1,
  'balance-corrected': 1,
};
const CATALOG_VERSIONS: Readonly<Record<CatalogEvent['type'], number>> = {
  'meter-created': 1,
  'feature-created': 1,
  'feature-archived': 1,
  'message-set-aside': 1,
  'message-taken-back': 1,
};

const typesOf = ({ aggregateType }: { readonly aggregateType: string }, versions: Readonly<Record<string, number>>): string[] =>
  Object.entries(versions).map(([name, version]) => `${aggregateType}.${name}.v${version}`);

/** Heading of a type, and the first JSON example below it. */
const SECTION = /^### (drawdown\.\S+)\n(?:(?!^###)[^])*?^```json\n([^]*?)^```$/gm;

const page = readFileSync(new URL('../../../../docs/event-types.md', import.meta.url), 'utf8');
const documented = [...page.matchAll(SECTION)].map(([, type = '', example = '']) => ({ type, data: JSON.parse(example) as Json }));

/** What the service would write after reading the example. */
const writtenAgain = <E extends { readonly type: string }>(
  registry: EventRegistry<E>,
  type: string,
  data: Json,
): ReturnType<EventRegistry<E>['encode']> => {
  const event = registry.decode(type, data);
  if ('known' in event) throw new Error(`${type} is not known`);
  return registry.encode(event);
};

describe('docs/event-types.md', () => {
  it('describes every type of the ledger, and no other', () => {
    const known = [...typesOf(customerEvents, CUSTOMER_VERSIONS), ...typesOf(catalogEvents, CATALOG_VERSIONS)];
    expect(documented.map(({ type }) => type).sort()).toEqual(known.sort());
  });

  it.each(documented)('shows $type as the service reads and writes it', ({ type, data }) => {
    const again = type.startsWith(customerEvents.aggregateType)
      ? writtenAgain(customerEvents, type, data)
      : writtenAgain(catalogEvents, type, data);
    expect(again).toEqual({ type, data });
  });
});
