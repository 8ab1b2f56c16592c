import {
  FilterAction,
  FilterMode,
  Platform,
  PropertySettings,
  Scope,
  UsageMeasure,
  type Filter,
  type PlatformTimeout,
  type UsageRule,
} from '@drawdown/proto/sessions';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { readDurationMs, readDurationMsOrOff, readInteger } from './arguments.js';

const EVENTS_MAX = 1_000_000;
const MASKING_MAX = 4;

/** What is said of a property on the command line; what is not said keeps, or gets, its default. */
export interface PropertyOptions {
  readonly scope?: 'client' | 'property';
  readonly inactivity?: number;
  readonly platformInactivity?: readonly PlatformTimeout[];
  readonly joinByStamp?: boolean;
  readonly joinByUserId?: boolean;
  readonly ipMasking?: number;
  readonly hardCapHits?: number;
  readonly hardCapDuration?: number;
  readonly splitInactivity?: boolean;
  readonly splitAfter?: number;
  readonly splitEvents?: number;
  readonly splitUserId?: boolean;
  readonly splitCampaign?: boolean;
  readonly midnight?: string;
  readonly openSessionsMax?: number;
  readonly filter?: readonly Filter[];
  readonly usageRule?: readonly UsageRule[];
  readonly announceOpened?: boolean;
}

/** The settings that both `create` and `set` know. */
export const addPropertyOptions = (command: Command): Command =>
  command
    .option('--inactivity <duration>', 'inactivity that ends a session, such as 30m', readDurationMs)
    .option(
      '--platform-inactivity <platform=duration>',
      'the same for web, app_foreground, app_background or tv; may be given again',
      readPlatformTimeout,
    )
    .option('--join-by-stamp', 'join clients that show one stamp; needs scope property')
    .option('--no-join-by-stamp', 'never join by stamp')
    .option('--join-by-user-id', 'join clients of one user; needs scope property')
    .option('--no-join-by-user-id', 'never join by user')
    .option('--ip-masking <level>', '0 keeps addresses whole, 4 removes them', readInteger(0, MASKING_MAX))
    .option('--hard-cap-hits <number>', 'hits after which a session closes', readInteger(1, EVENTS_MAX))
    .option('--hard-cap-duration <duration>', 'from the first hit on', readDurationMs)
    .option('--split-inactivity', 'cut closed sessions at a silence longer than the timeout')
    .option('--no-split-inactivity', 'leave them whole there')
    .option('--split-after <duration>', 'cut them this long after their first hit; off', readDurationMsOrOff)
    .option('--split-events <number>', 'cut them after this many hits; 0 is off', readInteger(0, EVENTS_MAX))
    .option('--split-user-id', 'cut them where another user appears')
    .option('--no-split-user-id', 'leave them whole there')
    .option('--split-campaign', 'cut them where another campaign appears')
    .option('--no-split-campaign', 'leave them whole there')
    .option('--midnight <zone>', 'cut them at midnight of this IANA time zone')
    .option('--open-sessions-max <number>', 'open sessions at once; 0 is no quota', readInteger(0, Number.MAX_SAFE_INTEGER))
    .option('--filter <name:exclude|allow[:test]:expression>', 'a condition on hits; may be given again', readFilter)
    .option(
      '--usage-rule <key:count|duration|hits:type:customer>',
      'make usage of sessions; the customer is a key, or @user or @client; may be given again',
      readUsageRule,
    )
    .option('--announce-opened', 'publish session.opened')
    .option('--no-announce-opened', 'do not');

export const scopeOption = (): Option =>
  new Option('--scope <scope>', 'where relations between clients can exist; never changes (default: client)').choices([
    'client',
    'property',
  ]);

const PLATFORMS: Readonly<Record<string, Platform>> = {
  web: Platform.WEB,
  app_foreground: Platform.APP_FOREGROUND,
  app_background: Platform.APP_BACKGROUND,
  tv: Platform.TV,
};

const readPlatformTimeout = (text: string, before: readonly PlatformTimeout[] = []): readonly PlatformTimeout[] => {
  const [name = '', duration = ''] = text.split('=');
  const platform = Object.hasOwn(PLATFORMS, name) ? PLATFORMS[name] : undefined;
  if (platform === undefined) throw new InvalidArgumentError(`A platform is one of ${Object.keys(PLATFORMS).join(', ')}.`);
  return [...before, { platform, timeoutMs: readDurationMs(duration) }];
};

const readFilter = (text: string, before: readonly Filter[] = []): readonly Filter[] => {
  const [, name, action, test, expression] = /^([^:]+):(exclude|allow):(test:)?(.+)$/s.exec(text) ?? [];
  if (name === undefined || expression === undefined)
    throw new InvalidArgumentError('Written as name:exclude:expression or name:allow:test:expression.');
  const filter = {
    name,
    action: action === 'allow' ? FilterAction.ALLOW : FilterAction.EXCLUDE,
    mode: test === undefined ? FilterMode.LIVE : FilterMode.TEST,
    expression,
  };
  return [...before, filter];
};

const MEASURES: Readonly<Record<string, UsageMeasure>> = {
  count: UsageMeasure.COUNT,
  duration: UsageMeasure.DURATION,
  hits: UsageMeasure.HITS,
};

const readUsageRule = (text: string, before: readonly UsageRule[] = []): readonly UsageRule[] => {
  const [, key, named = '', eventType, customer] = /^([^:]+):(count|duration|hits):([^:]+):(.+)$/.exec(text) ?? [];
  const measure = MEASURES[named];
  if (key === undefined || eventType === undefined || customer === undefined || measure === undefined) {
    throw new InvalidArgumentError('Written as key:duration:event.type:customer.');
  }
  return [...before, { key, measure, eventType, customer: ruleCustomer(customer) }];
};

const ruleCustomer = (customer: string): UsageRule['customer'] => {
  if (customer === '@user') return { $case: 'userId', value: true };
  return customer === '@client' ? { $case: 'clientId', value: true } : { $case: 'fixedCustomer', value: customer };
};

/** Fields of the settings and the options that set them; a message is taken whole, so what is not said of it gets its default. */
const PATHS: readonly (readonly [string, readonly (keyof PropertyOptions)[]])[] = [
  ['timeout_ms', ['inactivity']],
  ['platform_timeouts', ['platformInactivity']],
  ['join_by_stamp', ['joinByStamp']],
  ['join_by_user_id', ['joinByUserId']],
  ['ip_masking', ['ipMasking']],
  ['hard_caps', ['hardCapHits', 'hardCapDuration']],
  ['split', ['splitInactivity', 'splitAfter', 'splitEvents', 'splitUserId', 'splitCampaign']],
  ['calendar_boundary', ['midnight']],
  ['open_sessions_max', ['openSessionsMax']],
  ['filters', ['filter']],
  ['usage_rules', ['usageRule']],
  ['announce_opened', ['announceOpened']],
];

/** Which fields were said: the mask of an update. */
export const pathsOf = (options: PropertyOptions): string[] =>
  PATHS.filter(([, names]) => names.some(name => options[name] !== undefined)).map(([path]) => path);

export const settingsOf = (options: PropertyOptions): PropertySettings => {
  const isSaid = (path: string): boolean => pathsOf(options).includes(path);
  const { midnight } = options;
  return PropertySettings.create({
    scope: options.scope === 'property' ? Scope.PROPERTY : options.scope === 'client' ? Scope.CLIENT : Scope.UNSPECIFIED,
    timeoutMs: options.inactivity,
    platformTimeouts: [...(options.platformInactivity ?? [])],
    joinByStamp: options.joinByStamp,
    joinByUserId: options.joinByUserId,
    ipMasking: options.ipMasking,
    hardCaps: isSaid('hard_caps') ? { hits: options.hardCapHits, durationMs: options.hardCapDuration } : undefined,
    split: isSaid('split') ? splitOf(options) : undefined,
    calendarBoundary: midnight === undefined ? undefined : { boundary: { $case: 'midnight', value: { timeZone: midnight } } },
    openSessionsMax: options.openSessionsMax,
    filters: [...(options.filter ?? [])],
    usageRules: [...(options.usageRule ?? [])],
    announceOpened: options.announceOpened,
  });
};

const splitOf = (options: PropertyOptions): PropertySettings['split'] => ({
  inactivity: options.splitInactivity,
  maxSinceFirstEventMs: options.splitAfter,
  maxEvents: options.splitEvents,
  userIdChange: options.splitUserId,
  campaignChange: options.splitCampaign,
});
