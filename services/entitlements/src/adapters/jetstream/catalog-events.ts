import { eventRegistry, type Json } from '@drawdown/eventlog';
import type { CatalogEvent, Feature } from '../../domain/index.js';
import { fromPairs, meterFromJson, meterToJson, toPairs, type MeterJson } from '../wire/ledger-json.js';

interface FeatureJson {
  readonly key: string;
  readonly name: string;
  readonly meterKey?: string;
  readonly groupFilters: readonly (readonly [string, readonly string[]])[];
}

/** The facts of the catalogue, on `drawdown.entitlements.catalog.<namespace>.<kind>.<key>` (design §4.1). */
export const catalogEvents = eventRegistry<CatalogEvent>('drawdown.entitlements.catalog', {
  'meter-created': {
    version: 1,
    serialize: ({ meter }) => json(meterToJson(meter)),
    parse: data => ({ type: 'meter-created', meter: meterFromJson(as<MeterJson>(data)) }),
  },
  'feature-created': {
    version: 1,
    serialize: ({ feature }) => json({ ...feature, groupFilters: toPairs(feature.groupFilters) }),
    parse: data => {
      const { groupFilters, ...feature } = as<FeatureJson>(data);
      return { type: 'feature-created', feature: { ...feature, groupFilters: fromPairs(groupFilters) } satisfies Feature };
    },
  },
  'feature-archived': {
    version: 1,
    serialize: ({ key }) => ({ key }),
    parse: data => ({ type: 'feature-archived', key: as<{ key: string }>(data).key }),
  },
  'message-set-aside': {
    version: 1,
    serialize: ({ stream, sequence, reason }) => ({ stream, sequence, reason }),
    parse: data => ({ type: 'message-set-aside', ...as<{ stream: string; sequence: number; reason: string }>(data) }),
  },
  'message-taken-back': {
    version: 1,
    serialize: ({ stream, sequence }) => ({ stream, sequence }),
    parse: data => ({ type: 'message-taken-back', ...as<{ stream: string; sequence: number }>(data) }),
  },
});

const json = (value: object): Json => value as unknown as Json;

const as = <T>(data: Json): T => data as T;
