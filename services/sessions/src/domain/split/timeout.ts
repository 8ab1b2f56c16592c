import type { Platform } from '../hit/hit.js';
import type { PropertySettings } from '../property/settings.js';

type Timeouts = Pick<PropertySettings, 'timeoutMs' | 'platformTimeoutsMs'>;

/** D after a hit of this platform: its own, or else the property's (sessions §15.7). */
export const timeoutMsOf = (settings: Timeouts, platform: Platform | undefined): number =>
  (platform === undefined ? undefined : settings.platformTimeoutsMs[platform]) ?? settings.timeoutMs;
