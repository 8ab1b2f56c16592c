import type { PropertySettings } from '../../../src/domain/index.js';

/** Settings under which only inactivity splits, changed where a test cares. */
export const settingsOf = (changes: Partial<PropertySettings> = {}): PropertySettings => ({
  scope: 'property',
  timeoutMs: 10_000,
  platformTimeoutsMs: {},
  joinByStamp: true,
  joinByUserId: true,
  stampHeaders: null,
  ipMasking: 0,
  hardCaps: { hits: 10_000, ms: 86_400_000, bytes: 8_388_608 },
  clientsPerIdentifierMax: 10,
  openSessionsMax: null,
  openBytesMax: null,
  botAfterHardCaps: 3,
  split: { inactivity: true, maxSinceFirstEventMs: null, maxEvents: null, userIdChange: false, campaignChange: false },
  calendarBoundary: { kind: 'none' },
  filters: [],
  announceOpened: false,
  usageRules: [],
  ...changes,
});
