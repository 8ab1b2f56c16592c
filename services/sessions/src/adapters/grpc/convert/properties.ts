import type { Property as PropertyMessage } from '@drawdown/proto/sessions';
import type { StoredProperty } from '../../../application/properties/registry.js';
import type { PropertyState } from '../../../domain/index.js';
import { toApiTimestamp } from './instants.js';
import { toApiSettings } from './settings.js';

export const toApiProperty = ({ property, createdAtMs, changedAtMs }: StoredProperty): PropertyMessage => ({
  propertyId: property.propertyId,
  settings: toApiSettings(property.settings),
  settingsVersion: property.settingsVersion,
  createTime: toApiTimestamp(createdAtMs),
  updateTime: toApiTimestamp(changedAtMs),
});

/** As it is right after a command; unset where the command left none. */
export const toApiPropertyOf = ({
  propertyId,
  settings,
  settingsVersion,
  createdAtMs,
  changedAtMs,
}: PropertyState): PropertyMessage | undefined =>
  settings === undefined
    ? undefined
    : {
        propertyId,
        settings: toApiSettings(settings),
        settingsVersion,
        createTime: toApiTimestamp(createdAtMs),
        updateTime: toApiTimestamp(changedAtMs),
      };
