import type { PropertyEvent, PropertyState } from './state.js';

/** The property after an event; `atMs` is the time of its command. */
export const evolveProperty = (state: PropertyState, event: PropertyEvent, atMs: number): PropertyState => {
  switch (event.type) {
    case 'property-created':
      return { propertyId: event.propertyId, settings: event.settings, settingsVersion: 1, createdAtMs: atMs, changedAtMs: atMs };
    case 'settings-changed':
      return { ...state, settings: event.settings, settingsVersion: event.settingsVersion, changedAtMs: atMs };
  }
};
