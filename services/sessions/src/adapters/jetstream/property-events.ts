import { eventRegistry, type Json } from '@drawdown/eventlog';
import type { PropertyEvent, PropertySettings } from '../../domain/index.js';

/** The facts of a property, on `drawdown.properties.<NN>.<namespace>.<property>` (design §4.1). Settings are stored whole. */
export const propertyEvents = eventRegistry<PropertyEvent>('drawdown.properties.property', {
  'property-created': {
    version: 1,
    serialize: ({ propertyId, settings }) => ({ propertyId, settings: toJson(settings) }),
    parse: data => {
      const { propertyId, settings } = data as unknown as { propertyId: string; settings: PropertySettings };
      return { type: 'property-created', propertyId, settings };
    },
  },
  'settings-changed': {
    version: 1,
    serialize: ({ settingsVersion, settings }) => ({ settingsVersion, settings: toJson(settings) }),
    parse: data => {
      const { settingsVersion, settings } = data as unknown as { settingsVersion: number; settings: PropertySettings };
      return { type: 'settings-changed', settingsVersion, settings };
    },
  },
});

/** Settings are numbers, texts, lists and null alone: JSON as they are. */
const toJson = (settings: PropertySettings): Json => settings as unknown as Json;
