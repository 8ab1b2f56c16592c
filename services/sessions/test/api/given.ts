import { randomUUID } from 'node:crypto';
import { Hit, PropertiesServiceService, PropertySettings, type Property } from '@drawdown/proto/sessions';
import { newCommand, type Client } from './client.js';

/** Settings as a caller sends them: what is not said is not there. */
export const settings = (given: Partial<PropertySettings> = {}): PropertySettings => ({ ...PropertySettings.create(), ...given });

export const createProperty = async (
  client: Client,
  given: Partial<PropertySettings> = {},
  propertyId = `p-${randomUUID()}`,
): Promise<Property> => {
  const request = { ...newCommand(), propertyId, settings: settings(given) };
  const { property } = await client.call(PropertiesServiceService.createProperty, request);
  if (property === undefined) throw new Error('the answer has no property');
  return property;
};

/** A hit as small as it may be. */
export const hit = (propertyId: string, given: Partial<Hit> = {}): Hit => ({
  ...Hit.create(),
  id: randomUUID(),
  propertyId,
  clientId: 'visitor',
  eventName: 'page_view',
  ...given,
});
