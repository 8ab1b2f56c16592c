import { randomUUID } from 'node:crypto';
import {
  Aggregation,
  CatalogServiceService,
  Entitlement,
  EntitlementsServiceService,
  EntitlementType,
  Feature,
  Meter,
  type MeteredConfig,
  type Timestamp,
} from '@drawdown/proto';
import type { Method } from '@drawdown/testing';

/** Whoever asks the service: a client, or something that repeats what a client asks. */
export interface Asker {
  call<Request, Answer>(method: Method<Request, Answer>, request: Request): Promise<Answer>;
}

export const toTimestamp = (atMs: number): Timestamp => ({ seconds: Math.floor(atMs / 1_000), nanos: (atMs % 1_000) * 1_000_000 });

/** The identity that every command carries; the same again is the same command (design §3.11). */
export const newRequest = (): { readonly requestId: string; readonly requestTime: Timestamp } => ({
  requestId: randomUUID(),
  requestTime: toTimestamp(Date.now()),
});

/** A meter that adds a field of the events' data up, and a feature of the same key; known to the replica that was asked when this resolves. */
export const createFeature = async (client: Asker, key: string, eventType: string, valuePath: string): Promise<void> => {
  const meter = Meter.create({ key, eventType, aggregation: Aggregation.SUM, valuePath });
  const { position: minPosition } = await client.call(CatalogServiceService.createMeter, { ...newRequest(), meter });
  await client.call(CatalogServiceService.getMeter, { key, minPosition });
  const feature = Feature.create({ key, displayName: key, meterKey: key });
  const { position } = await client.call(CatalogServiceService.createFeature, { ...newRequest(), feature });
  await client.call(CatalogServiceService.getFeature, { key, minPosition: position });
};

/** A metered entitlement. @returns the position of the command */
export const createEntitlement = async (
  client: Asker,
  customer: string,
  featureKey: string,
  metered: Partial<MeteredConfig>,
): Promise<string> => {
  const entitlement = Entitlement.create({ customer, featureKey, type: EntitlementType.METERED, metered });
  return (await client.call(EntitlementsServiceService.createEntitlement, { ...newRequest(), entitlement })).position;
};
