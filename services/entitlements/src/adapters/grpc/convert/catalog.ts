import { Aggregation as ApiAggregation, type Feature as FeatureMessage, type Meter as MeterMessage } from '@drawdown/proto';
import type { Aggregation, CatalogEntry, Feature, Meter } from '../../../domain/index.js';
import { toApiTimestampIfSet } from './instants.js';

const AGGREGATIONS: Readonly<Record<Aggregation, ApiAggregation>> = { SUM: ApiAggregation.SUM, COUNT: ApiAggregation.COUNT };

export const fromApiMeter = (message: MeterMessage): Meter => ({
  key: message.key,
  eventType: message.eventType,
  aggregation: message.aggregation === ApiAggregation.COUNT ? 'COUNT' : 'SUM',
  ...(message.valuePath === '' ? {} : { valuePath: message.valuePath }),
  groupBy: message.groupBy,
});

export const toApiMeter = ({ meter, createdAt }: CatalogEntry): MeterMessage | undefined =>
  meter === undefined
    ? undefined
    : {
        key: meter.key,
        eventType: meter.eventType,
        aggregation: AGGREGATIONS[meter.aggregation],
        valuePath: meter.valuePath ?? '',
        groupBy: meter.groupBy,
        createTime: toApiTimestampIfSet(createdAt),
      };

export const fromApiFeature = (message: FeatureMessage): Feature => ({
  key: message.key,
  name: message.displayName,
  ...(message.meterKey === '' ? {} : { meterKey: message.meterKey }),
  groupFilters: Object.fromEntries(Object.entries(message.groupFilters).map(([name, { values }]) => [name, values])),
});

export const toApiFeature = ({ feature, createdAt, archivedAt }: CatalogEntry): FeatureMessage | undefined =>
  feature === undefined
    ? undefined
    : {
        key: feature.key,
        displayName: feature.name,
        meterKey: feature.meterKey ?? '',
        groupFilters: Object.fromEntries(Object.entries(feature.groupFilters).map(([name, values]) => [name, { values: [...values] }])),
        createTime: toApiTimestampIfSet(createdAt),
        archiveTime: toApiTimestampIfSet(archivedAt),
      };
