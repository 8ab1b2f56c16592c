import type { InstantMs } from '@drawdown/calendar';
import type { CatalogEvent } from './events.js';
import type { Feature, Meter } from './meter.js';

/** One entry of the catalogue is one aggregate: (namespace, kind, key). */
export type CatalogKind = 'meter' | 'feature' | 'set-aside';

export interface CatalogEntry {
  readonly meter?: Meter;
  readonly feature?: Feature;
  /** Of the meter or feature that the key stands for now. */
  readonly createdAt?: InstantMs;
  /** An archived feature takes no new entitlements; its key may be used again (entitlements §11.3). */
  readonly archivedAt?: InstantMs;
  /** Whether the message that a `set-aside` entry names is passed over. */
  readonly setAside: boolean;
}

export const EMPTY_ENTRY: CatalogEntry = { setAside: false };

/** What the entry is after an event of a command given at `at`. */
export const evolveEntry = (entry: CatalogEntry, event: CatalogEvent, at: InstantMs): CatalogEntry => {
  switch (event.type) {
    case 'meter-created':
      return { setAside: false, meter: event.meter, createdAt: at };
    case 'feature-created':
      return { setAside: false, feature: event.feature, createdAt: at };
    case 'feature-archived':
      return { ...entry, archivedAt: at };
    case 'message-set-aside':
      return { ...entry, setAside: true };
    case 'message-taken-back':
      return { ...entry, setAside: false };
  }
};

export const isArchived = ({ archivedAt }: CatalogEntry): boolean => archivedAt !== undefined;
