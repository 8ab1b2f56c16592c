import { Refusal } from '@drawdown/errors';
import { parseValuePath } from '../usage/value-path.js';
import type { CatalogEvent } from './events.js';
import type { Feature, Meter } from './meter.js';
import { isArchived, type CatalogEntry } from './state.js';

export type CatalogCommand =
  | { readonly type: 'create-meter'; readonly meter: Meter }
  /** `meter` is the meter that the feature names, as looked up; absent where the feature names none or an unknown one. */
  | { readonly type: 'create-feature'; readonly feature: Feature; readonly meter: Meter | undefined }
  | { readonly type: 'archive-feature'; readonly key: string }
  | { readonly type: 'set-aside-message'; readonly stream: string; readonly sequence: number; readonly reason: string }
  | { readonly type: 'take-back-message'; readonly stream: string; readonly sequence: number };

/** Group names, entitlements §13.3. */
const GROUP_NAME = /^[a-zA-Z_][0-9a-zA-Z_]*$/;
/** Crockford base 32 of 26 characters: what an entitlement's id looks like (entitlements §11.3). */
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i;

export const decideEntry = (command: CatalogCommand, entry: CatalogEntry): readonly CatalogEvent[] => {
  switch (command.type) {
    case 'create-meter':
      return createMeter(command.meter, entry);
    case 'create-feature':
      return createFeature(command.feature, command.meter, entry);
    case 'archive-feature':
      return archiveFeature(command.key, entry);
    case 'set-aside-message':
      return entry.setAside
        ? []
        : [{ type: 'message-set-aside', stream: command.stream, sequence: command.sequence, reason: command.reason }];
    case 'take-back-message':
      return entry.setAside ? [{ type: 'message-taken-back', stream: command.stream, sequence: command.sequence }] : [];
  }
};

const createMeter = (meter: Meter, entry: CatalogEntry): readonly CatalogEvent[] => {
  if (entry.meter !== undefined) throw new Refusal('METER_ALREADY_EXISTS', `meter ${meter.key} exists already`, { meter: meter.key });
  checkValuePath(meter);
  for (const [name, path] of Object.entries(meter.groupBy)) {
    if (!GROUP_NAME.test(name))
      throw wrongField('group_by', `${name} is not a group name: letters, digits and _, not starting with a digit`);
    parseValuePath(path);
  }
  return [{ type: 'meter-created', meter }];
};

const checkValuePath = (meter: Meter): void => {
  if (meter.aggregation === 'COUNT') {
    if (meter.valuePath !== undefined) throw wrongField('value_path', 'COUNT counts events and reads no value');
    return;
  }
  if (meter.valuePath === undefined) throw wrongField('value_path', `${meter.aggregation} needs the path of a number`);
  parseValuePath(meter.valuePath);
};

const createFeature = (feature: Feature, meter: Meter | undefined, entry: CatalogEntry): readonly CatalogEvent[] => {
  if (entry.feature !== undefined && !isArchived(entry)) {
    throw new Refusal('FEATURE_ALREADY_EXISTS', `feature ${feature.key} exists already`, { feature: feature.key });
  }
  if (ULID.test(feature.key)) throw wrongField('key', 'a feature key must not look like a ULID');
  checkFilters(feature, meter);
  return [{ type: 'feature-created', feature }];
};

const checkFilters = (feature: Feature, meter: Meter | undefined): void => {
  if (feature.meterKey !== undefined && meter === undefined) {
    throw new Refusal('NOT_FOUND', `meter ${feature.meterKey} does not exist`, { kind: 'meter', id: feature.meterKey });
  }
  for (const name of Object.keys(feature.groupFilters)) {
    if (meter === undefined || !Object.hasOwn(meter.groupBy, name)) throw wrongField('group_filters', `the meter has no group ${name}`);
  }
};

const archiveFeature = (key: string, entry: CatalogEntry): readonly CatalogEvent[] => {
  if (entry.feature === undefined) throw new Refusal('NOT_FOUND', `feature ${key} does not exist`, { kind: 'feature', id: key });
  return isArchived(entry) ? [] : [{ type: 'feature-archived', key }];
};

const wrongField = (field: string, description: string): Refusal =>
  new Refusal('VALIDATION', description, { field }, [{ field, description }]);
