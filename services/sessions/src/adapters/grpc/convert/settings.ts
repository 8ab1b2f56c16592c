import { Refusal } from '@drawdown/errors';
import { Scope as ApiScope, type PlatformTimeout, type PropertySettings as SettingsMessage } from '@drawdown/proto/sessions';
import { PLATFORMS, type GivenSettings, type HardCaps, type PropertySettings, type SplitSettings } from '../../../domain/index.js';
import { fromApiBoundary, fromApiFilter, fromApiUsageRule, toApiBoundary, toApiFilter, toApiUsageRule } from './setting-parts.js';
import { fromApiPlatform, toApiPlatform } from './platforms.js';
import { wrongField } from './refuse.js';

/** Names of the contract's fields, and the settings they are. */
const FIELDS: Readonly<Record<string, keyof PropertySettings>> = {
  scope: 'scope',
  timeout_ms: 'timeoutMs',
  platform_timeouts: 'platformTimeoutsMs',
  join_by_stamp: 'joinByStamp',
  join_by_user_id: 'joinByUserId',
  computed_stamp: 'stampHeaders',
  ip_masking: 'ipMasking',
  hard_caps: 'hardCaps',
  clients_per_identifier_max: 'clientsPerIdentifierMax',
  open_sessions_max: 'openSessionsMax',
  open_bytes_max: 'openBytesMax',
  bot_after_hard_caps: 'botAfterHardCaps',
  split: 'split',
  calendar_boundary: 'calendarBoundary',
  filters: 'filters',
  announce_opened: 'announceOpened',
  usage_rules: 'usageRules',
};

/** @throws Refusal `VALIDATION` for a field that settings do not have */
export const fromApiMask = (paths: readonly string[]): readonly (keyof PropertySettings)[] =>
  paths.map(path => {
    const field = FIELDS[path];
    if (field === undefined) throw wrongField('update_mask', `names ${JSON.stringify(path.slice(0, 64))}, which is no field of settings`);
    return field;
  });

/** What is unset stays absent: its default is the domain's matter. */
export const fromApiSettings = (message: SettingsMessage): GivenSettings => ({
  ...(message.scope === ApiScope.UNSPECIFIED ? {} : { scope: message.scope === ApiScope.PROPERTY ? 'property' : 'client' }),
  ...given('timeoutMs', message.timeoutMs),
  platformTimeoutsMs: fromApiTimeouts(message.platformTimeouts),
  ...given('joinByStamp', message.joinByStamp),
  ...given('joinByUserId', message.joinByUserId),
  ...(message.computedStamp === undefined ? {} : { stampHeaders: message.computedStamp.enabled ? message.computedStamp.headers : null }),
  ...given('ipMasking', message.ipMasking as PropertySettings['ipMasking'] | undefined),
  hardCaps: fromApiHardCaps(message.hardCaps),
  ...given('clientsPerIdentifierMax', message.clientsPerIdentifierMax),
  openSessionsMax: zeroIsNone(message.openSessionsMax ?? 0),
  openBytesMax: zeroIsNone(message.openBytesMax ?? 0),
  ...given('botAfterHardCaps', message.botAfterHardCaps),
  split: fromApiSplit(message.split),
  calendarBoundary: fromApiBoundary(message.calendarBoundary),
  filters: message.filters.map(fromApiFilter),
  ...given('announceOpened', message.announceOpened),
  usageRules: message.usageRules.map(fromApiUsageRule),
});

const given = <K extends keyof GivenSettings>(name: K, value: GivenSettings[K] | undefined): Pick<GivenSettings, K> | object =>
  value === undefined ? {} : { [name]: value };

const zeroIsNone = (value: number): number | null => (value === 0 ? null : value);

const fromApiTimeouts = (timeouts: readonly PlatformTimeout[]): PropertySettings['platformTimeoutsMs'] => {
  const known: [string, number][] = timeouts.map(({ platform, timeoutMs }) => [fromApiPlatform(platform) ?? '', timeoutMs]);
  const names = known.map(([name]) => name);
  if (new Set(names).size === names.length) return Object.fromEntries(known);
  const description = 'must name each platform once';
  throw new Refusal('DUPLICATE_NAME', `platform_timeouts ${description}`, {}, [{ field: 'platform_timeouts', description }]);
};

const fromApiHardCaps = (message: SettingsMessage['hardCaps']): Partial<HardCaps> => ({
  ...(message?.hits === undefined ? {} : { hits: message.hits }),
  ...(message?.durationMs === undefined ? {} : { ms: message.durationMs }),
  ...(message?.bytes === undefined ? {} : { bytes: message.bytes }),
});

const fromApiSplit = (message: SettingsMessage['split']): Partial<SplitSettings> => ({
  ...(message?.inactivity === undefined ? {} : { inactivity: message.inactivity }),
  ...(message?.maxSinceFirstEventMs === undefined ? {} : { maxSinceFirstEventMs: zeroIsNone(message.maxSinceFirstEventMs) }),
  ...(message?.maxEvents === undefined ? {} : { maxEvents: zeroIsNone(message.maxEvents) }),
  ...(message?.userIdChange === undefined ? {} : { userIdChange: message.userIdChange }),
  ...(message?.campaignChange === undefined ? {} : { campaignChange: message.campaignChange }),
});

/** Everything that is set, defaults included. */
export const toApiSettings = (settings: PropertySettings): SettingsMessage => ({
  scope: settings.scope === 'property' ? ApiScope.PROPERTY : ApiScope.CLIENT,
  timeoutMs: settings.timeoutMs,
  platformTimeouts: PLATFORMS.flatMap(platform => {
    const timeoutMs = settings.platformTimeoutsMs[platform];
    return timeoutMs === undefined ? [] : [{ platform: toApiPlatform(platform), timeoutMs }];
  }),
  joinByStamp: settings.joinByStamp,
  joinByUserId: settings.joinByUserId,
  computedStamp: { enabled: settings.stampHeaders !== null, headers: [...(settings.stampHeaders ?? [])] },
  ipMasking: settings.ipMasking,
  hardCaps: { hits: settings.hardCaps.hits, durationMs: settings.hardCaps.ms, bytes: settings.hardCaps.bytes },
  clientsPerIdentifierMax: settings.clientsPerIdentifierMax,
  openSessionsMax: settings.openSessionsMax ?? 0,
  openBytesMax: settings.openBytesMax ?? 0,
  botAfterHardCaps: settings.botAfterHardCaps,
  split: {
    ...settings.split,
    maxSinceFirstEventMs: settings.split.maxSinceFirstEventMs ?? 0,
    maxEvents: settings.split.maxEvents ?? 0,
  },
  calendarBoundary: toApiBoundary(settings.calendarBoundary),
  filters: settings.filters.map(toApiFilter),
  announceOpened: settings.announceOpened,
  usageRules: settings.usageRules.map(toApiUsageRule),
});
