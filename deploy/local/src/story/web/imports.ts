import { newRequestIdentity, type DrawdownClient } from '@drawdown/cli';
import { PropertiesServiceService, PropertySettings, Scope, UsageMeasure, type UsageRule } from '@drawdown/proto/sessions';
import { SITE } from './promise.js';
import { SILENCE_MS_MAX } from './grouping.js';
import { inOrderOfTime, type WebHit } from './hits.js';

/** The same file, imported in one of two orders: a property and a lane of its own. */
export interface WebImport {
  /** For people. */
  readonly title: string;
  readonly propertyId: string;
  readonly lane: string;
  readonly hits: readonly WebHit[];
  /** Whose usage its sessions are. */
  readonly usageRules: readonly UsageRule[];
}

/** Longer than the file, so that no cap cuts what silence does not. */
const HARD_CAP_MS = 5 * 24 * 3_600_000;

/** Lanes are of the whole deployment, so they carry the namespace, of which there is a new one for every story. */
export const importsOf = (hits: readonly WebHit[], namespace: string): readonly WebImport[] => [
  { title: 'as it is', propertyId: 'web-as-it-is', lane: `${namespace}-as-it-is`, hits, usageRules: [] },
  {
    title: 'in order of time',
    propertyId: 'web-in-order',
    lane: `${namespace}-in-order`,
    hits: inOrderOfTime(hits),
    usageRules: [
      {
        key: 'seconds',
        measure: UsageMeasure.DURATION,
        eventType: SITE.eventType,
        customer: { $case: 'fixedCustomer', value: SITE.customer },
      },
    ],
  },
];

/** Sessions end after half an hour of silence and for no other reason. Returns when the service knows the property. */
export const createProperty = async (client: DrawdownClient, { propertyId, usageRules }: WebImport): Promise<void> => {
  const settings = PropertySettings.create({
    scope: Scope.CLIENT,
    timeoutMs: SILENCE_MS_MAX,
    split: { inactivity: true, maxSinceFirstEventMs: 0, maxEvents: 0, userIdChange: false, campaignChange: false },
    hardCaps: { durationMs: HARD_CAP_MS },
    usageRules: [...usageRules],
  });
  const { position } = await client.call(PropertiesServiceService.createProperty, { ...newRequestIdentity(), propertyId, settings });
  await client.call(PropertiesServiceService.getProperty, { propertyId, minPosition: position });
};
