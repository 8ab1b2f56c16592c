import type { Hit } from '../hit/hit.js';
import type { PropertySettings } from '../property/settings.js';
import type { SplitEvent } from './conditions.js';
import { timeoutMsOf } from './timeout.js';

/** Query parameter whose first value is the campaign. */
const CAMPAIGN_PARAMETER = 'utm_campaign';

/** The campaign of a hit; null when the parameter is absent, empty when it is there without a value. */
export const campaignOf = ({ queryParams }: Pick<Hit, 'queryParams'>): string | null => queryParams[CAMPAIGN_PARAMETER]?.[0] ?? null;

/** How the split conditions see hits of a property: with the settings in force when it closes (E37). */
export const splitViewOf =
  (settings: Pick<PropertySettings, 'timeoutMs' | 'platformTimeoutsMs'>) =>
  (hit: Hit): SplitEvent => ({
    receivedAtMs: hit.receivedAtMs,
    timeoutMs: timeoutMsOf(settings, hit.platform),
    userId: hit.userId,
    campaign: campaignOf(hit),
  });
