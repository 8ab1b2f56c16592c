import { integer, name, PlatformConfiguration, Setting, type DocumentedConfiguration } from '@drawdown/config';

/** What the entitlements service is told at start. */
export class EntitlementsConfiguration extends PlatformConfiguration {
  @Setting({
    variable: 'DRAWDOWN_REPLICA',
    kind: name,
    optional: true,
    meaning: 'Name of this replica, unique among those that run at once, such as a pod’s name; unset: made of host name and process id.',
  })
  readonly replica: string | undefined;

  @Setting({
    variable: 'DRAWDOWN_LEASE_TTL_MS',
    kind: integer(1_000, 60_000),
    default: '15000',
    meaning: 'How long a partition’s lease lives without a renewal, in milliseconds; the lease bucket was provisioned with the same.',
  })
  readonly leaseTtlMs!: number;
}

export const configurations: readonly DocumentedConfiguration[] = [
  { title: 'Entitlements', introduction: 'Read by every replica of the entitlements service.', type: EntitlementsConfiguration },
];
