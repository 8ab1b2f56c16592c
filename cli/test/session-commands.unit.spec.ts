import { FilterAction, FilterMode, Platform, Scope, UsageMeasure, type Property } from '@drawdown/proto/sessions';
import { Command } from 'commander';
import { readDurationMs, readDurationMsOrOff } from '../src/commands/arguments.js';
import { addPropertyOptions, pathsOf, scopeOption, settingsOf, type PropertyOptions } from '../src/commands/property-options.js';
import { durationText, propertyView, usageRuleText } from '../src/commands/session-views.js';
import { createProgram } from '../src/index.js';

/** What the options of a property come to. */
const said = (...words: string[]): PropertyOptions => {
  const command = addPropertyOptions(new Command())
    .addOption(scopeOption())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return command.parse(words, { from: 'user' }).opts<PropertyOptions>();
};

describe('settings of a property on the command line', () => {
  it('name only what was said', () => {
    expect(pathsOf(said())).toEqual([]);
    expect(pathsOf(said('--inactivity', '10m', '--no-split-campaign', '--split-after', 'off'))).toEqual(['timeout_ms', 'split']);
    expect(settingsOf(said('--no-split-campaign', '--split-after', 'off'))).toMatchObject({
      scope: Scope.UNSPECIFIED,
      timeoutMs: undefined,
      split: { campaignChange: false, maxSinceFirstEventMs: 0, inactivity: undefined },
      hardCaps: undefined,
      usageRules: [],
    });
  });

  it('say everything that is worth an option', () => {
    const words = [
      ...[
        '--scope',
        'property',
        '--inactivity',
        '90s',
        '--platform-inactivity',
        'tv=4h',
        '--platform-inactivity',
        'web=1m',
        '--join-by-stamp',
      ],
      ...['--ip-masking', '2', '--hard-cap-hits', '5', '--midnight', 'Europe/Berlin', '--open-sessions-max', '0', '--announce-opened'],
      ...['--filter', 'office:exclude:inCidr(ip, "10.0.0.0/8")', '--filter', 'pages:allow:test:path = "/a:b"'],
      ...['--usage-rule', 'minutes:duration:session.time:@user', '--usage-rule', 'n:count:session:acme:1'],
    ];
    expect(settingsOf(said(...words))).toMatchObject({
      scope: Scope.PROPERTY,
      timeoutMs: 90_000,
      platformTimeouts: [
        { platform: Platform.TV, timeoutMs: 14_400_000 },
        { platform: Platform.WEB, timeoutMs: 60_000 },
      ],
      joinByStamp: true,
      joinByUserId: undefined,
      ipMasking: 2,
      hardCaps: { hits: 5, durationMs: undefined },
      calendarBoundary: { boundary: { $case: 'midnight', value: { timeZone: 'Europe/Berlin' } } },
      openSessionsMax: 0,
      announceOpened: true,
      filters: [
        { name: 'office', action: FilterAction.EXCLUDE, mode: FilterMode.LIVE, expression: 'inCidr(ip, "10.0.0.0/8")' },
        { name: 'pages', action: FilterAction.ALLOW, mode: FilterMode.TEST, expression: 'path = "/a:b"' },
      ],
      usageRules: [
        { key: 'minutes', measure: UsageMeasure.DURATION, eventType: 'session.time', customer: { $case: 'userId', value: true } },
        { key: 'n', measure: UsageMeasure.COUNT, eventType: 'session', customer: { $case: 'fixedCustomer', value: 'acme:1' } },
      ],
    });
  });

  it.each([
    ['--inactivity', '10'],
    ['--inactivity', '-1s'],
    ['--platform-inactivity', 'fridge=1m'],
    ['--platform-inactivity', 'constructor=1m'],
    ['--ip-masking', '5'],
    ['--filter', 'name:forbid:x'],
    ['--usage-rule', 'key:sum:type:acme'],
    ['--usage-rule', 'key:count:type'],
    ['--scope', 'world'],
  ])('refuse %s %s', (...words) => {
    expect(() => said(...words)).toThrow();
  });
});

describe('durations', () => {
  it.each(['500ms', '90s', '30m', '12h', '7d'])('are read as they are written: %s', text => {
    expect(durationText(readDurationMs(text))).toBe(text);
  });

  it('are off at 0', () => {
    expect(readDurationMsOrOff('off')).toBe(0);
    expect([durationText(0), durationText(undefined)]).toEqual(['0ms', '']);
  });
});

describe('a property for programs', () => {
  it('has its enums by name', () => {
    const rule = { key: 'k', measure: UsageMeasure.HITS, eventType: 't', customer: { $case: 'clientId' as const, value: true } };
    const property: Property = {
      propertyId: 'p',
      settings: settingsOf(said('--scope', 'client', '--filter', 'f:allow:x')),
      settingsVersion: 1,
      createTime: { seconds: 0, nanos: 0 },
      updateTime: undefined,
    };
    expect(propertyView(property)).toMatchObject({
      settings: { scope: 'CLIENT', filters: [{ action: 'ALLOW', mode: 'LIVE' }] },
      createTime: '1970-01-01T00:00:00Z',
    });
    expect(usageRuleText(rule)).toBe('k:hits:t:@client');
  });
});

describe('options of commands', () => {
  it('never bear the name of one that every command takes, which would hide them', () => {
    const hidden: string[] = [];
    const look = (command: Command, names: ReadonlySet<string>, path: string): void => {
      for (const { long } of command.options) if (long != null && names.has(long)) hidden.push(`${path} ${long}`);
      for (const child of command.commands) look(child, names, `${path} ${child.name()}`);
    };
    const program = createProgram();
    const general = new Set(program.options.flatMap(({ long }) => (long == null ? [] : [long])));
    for (const child of program.commands) look(child, general, child.name());
    expect(general.has('--timeout')).toBe(true);
    expect(hidden).toEqual([]);
  });
});

describe('wrong usage of a command', () => {
  it.each([
    ['sessions', 'open', 'p'],
    ['sessions', 'open', 'p', '--client', 'c', '--user', 'u'],
    ['sessions', 'erase', 'p'],
    ['sessions', 'concurrent', 'p', 'u'],
    ['sessions', 'list', 'p', '--state', 'sleeping'],
    ['sessions', 'replay', 'p'],
    ['properties', 'set', 'p'],
    ['publish', 'hits', 'f.csv', '--complete-import'],
    ['publish', 'hits', 'f.csv', '--nats', 'nats://127.0.0.1:1'],
    ['publish', 'hits', 'f.csv', '--column', 'client'],
  ])('is told before anything is called: %s %s %s %s', async (...words) => {
    const program = createProgram();
    const silent = (command: Command): void => {
      command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
      command.commands.forEach(silent);
    };
    silent(program);
    await expect(program.parseAsync(words, { from: 'user' })).rejects.toMatchObject({ name: 'CommanderError' });
  });
});
