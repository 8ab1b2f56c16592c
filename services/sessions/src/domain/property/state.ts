import type { PropertySettings } from './settings.js';

/** A property as its events made it; without settings it was never created. */
export interface PropertyState {
  readonly propertyId: string;
  readonly settings: PropertySettings | undefined;
  /** Counts changes from 1; 0 before the creation. */
  readonly settingsVersion: number;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
}

export const NO_PROPERTY: PropertyState = { propertyId: '', settings: undefined, settingsVersion: 0, createdAtMs: 0, changedAtMs: 0 };

export type PropertyEvent =
  /** The id stands in the event because the subject may have nothing but a hash of it (design §4). */
  | { readonly type: 'property-created'; readonly propertyId: string; readonly settings: PropertySettings }
  /** All settings after the change, so that a reader of one event knows them. */
  | { readonly type: 'settings-changed'; readonly settingsVersion: number; readonly settings: PropertySettings };
