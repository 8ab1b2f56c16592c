import { PlatformConfiguration, type DocumentedConfiguration } from '@drawdown/config';

/** What the entitlements service is told at start. */
export class EntitlementsConfiguration extends PlatformConfiguration {}

export const configurations: readonly DocumentedConfiguration[] = [
  { title: 'Entitlements', introduction: 'Read by every replica of the entitlements service.', type: EntitlementsConfiguration },
];
