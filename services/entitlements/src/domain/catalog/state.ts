import type { CatalogEvent } from './events.js';
import type { Feature, Meter } from './meter.js';

/** One entry of the catalogue is one aggregate: (namespace, kind, key). */
export type CatalogKind = 'meter' | 'feature' | 'set-aside';

export interface CatalogEntry {
  readonly meter?: Meter;
  readonly feature?: Feature;
  /** An archived feature takes no new entitlements; its key may be used again (entitlements §11.3). */
  readonly archived: boolean;
  /** Whether the message that a `set-aside` entry names is passed over. */
  readonly setAside: boolean;
}

export const EMPTY_ENTRY: CatalogEntry = { archived: false, setAside: false };

export const evolveEntry = (entry: CatalogEntry, event: CatalogEvent): CatalogEntry => {
  switch (event.type) {
    case 'meter-created':
      return { ...entry, meter: event.meter };
    case 'feature-created':
      return { ...entry, feature: event.feature, archived: false };
    case 'feature-archived':
      return { ...entry, archived: true };
    case 'message-set-aside':
      return { ...entry, setAside: true };
    case 'message-taken-back':
      return { ...entry, setAside: false };
  }
};
