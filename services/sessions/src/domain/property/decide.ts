import { Refusal } from '@drawdown/errors';
import { checkSettings, type ServiceBounds } from './check.js';
import { changedSettings, settingsOf, type GivenSettings } from './given.js';
import type { PropertySettings } from './settings.js';
import type { PropertyEvent, PropertyState } from './state.js';

export type PropertyCommand =
  | { readonly type: 'create-property'; readonly propertyId: string; readonly settings: GivenSettings; readonly bounds: ServiceBounds }
  | {
      readonly type: 'change-settings';
      readonly propertyId: string;
      readonly settings: GivenSettings;
      /** Fields that are taken; none: all. */
      readonly fields: readonly (keyof PropertySettings)[];
      /** Settings version that the change was made for; 0 does not check. */
      readonly expectedVersion: number;
      readonly bounds: ServiceBounds;
    };

/**
 * What a command comes to for a property (sessions §10.1).
 * @throws Refusal `PROPERTY_ALREADY_EXISTS`, `NOT_FOUND`, `CONCURRENT_UPDATE`, `SCOPE_IMMUTABLE`, and those of `checkSettings`
 */
export const decideProperty = (command: PropertyCommand, state: PropertyState): readonly PropertyEvent[] => {
  switch (command.type) {
    case 'create-property': {
      const { propertyId, bounds } = command;
      if (state.settings !== undefined) {
        throw new Refusal('PROPERTY_ALREADY_EXISTS', `property ${propertyId} exists already`, { propertyId });
      }
      const settings = settingsOf(command.settings);
      checkSettings(settings, bounds);
      return [{ type: 'property-created', propertyId, settings }];
    }
    case 'change-settings':
      return changeSettings(command, state);
  }
};

const changeSettings = (
  command: PropertyCommand & { readonly type: 'change-settings' },
  state: PropertyState,
): readonly PropertyEvent[] => {
  const { propertyId, expectedVersion, fields, bounds } = command;
  if (state.settings === undefined) {
    throw new Refusal('NOT_FOUND', `there is no property ${propertyId}`, { kind: 'property', id: propertyId });
  }
  if (expectedVersion !== 0 && expectedVersion !== state.settingsVersion) {
    throw new Refusal('CONCURRENT_UPDATE', 'the settings were changed meanwhile', {
      expectedVersion: String(expectedVersion),
      settingsVersion: String(state.settingsVersion),
    });
  }
  const settings = changedSettings(state.settings, command.settings, fields);
  if (settings.scope !== state.settings.scope) throw scopeImmutable(state.settings.scope);
  checkSettings(settings, bounds);
  return [{ type: 'settings-changed', settingsVersion: state.settingsVersion + 1, settings }];
};

const scopeImmutable = (scope: string): Refusal =>
  new Refusal('SCOPE_IMMUTABLE', 'the scope of a property is fixed when it is created', { scope }, [
    { field: 'scope', description: `is ${scope} for ever: state lies where it says` },
  ]);
