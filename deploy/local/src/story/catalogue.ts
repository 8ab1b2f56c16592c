import { newRequestIdentity, type DrawdownClient } from '@drawdown/cli';
import { Aggregation, CatalogServiceService, Feature, Meter } from '@drawdown/proto';

/** Names that the story uses. */
export const NAMES = { meter: 'llm-tokens', feature: 'llm-tokens', eventType: 'llm.call', source: '/samples/usage-llm' } as const;

/** Whether an earlier launch told the story here: servers that were found may have kept it. */
export const isTold = async (client: DrawdownClient): Promise<boolean> => {
  const request = { pageSize: 0, pageToken: '', includeArchived: true, minPosition: '' };
  const { totalSize } = await client.call(CatalogServiceService.listFeatures, request);
  return totalSize > 0;
};

/** What is counted and what is sold: tokens, in and out together. Returns when the service knows both. */
export const createCatalogue = async (client: DrawdownClient): Promise<void> => {
  const meter = Meter.create({ key: NAMES.meter, eventType: NAMES.eventType, aggregation: Aggregation.SUM, valuePath: '$.tokens' });
  const { position: meterPosition } = await client.call(CatalogServiceService.createMeter, { ...newRequestIdentity(), meter });
  await client.call(CatalogServiceService.getMeter, { key: NAMES.meter, minPosition: meterPosition });
  const feature = Feature.create({ key: NAMES.feature, displayName: 'Tokens of large language models', meterKey: NAMES.meter });
  const { position } = await client.call(CatalogServiceService.createFeature, { ...newRequestIdentity(), feature });
  await client.call(CatalogServiceService.getFeature, { key: NAMES.feature, minPosition: position });
};
