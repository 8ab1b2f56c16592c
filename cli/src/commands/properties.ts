import { PropertiesServiceService, type Property } from '@drawdown/proto/sessions';
import type { Command } from 'commander';
import { timestampText } from '../client/instants.js';
import { collect, listAll } from '../client/pages.js';
import { newRequestIdentity } from '../client/request-identity.js';
import { fieldsOf, printList, printOne, type Column, type Output } from '../output/output.js';
import { readInteger } from './arguments.js';
import { addPropertyOptions, pathsOf, scopeOption, settingsOf, type PropertyOptions } from './property-options.js';
import { withSession } from './session.js';
import { durationText, propertyView, scopeText, usageRuleText } from './session-views.js';

/** Properties: whose hits become sessions, and how (sessions §10.1). */
export const registerProperties = (program: Command): void => {
  const properties = program.command('properties').description('sites and apps whose hits become sessions');
  registerCreate(properties);
  registerSet(properties);
  registerList(properties);
  registerShow(properties);
};

const registerCreate = (properties: Command): void => {
  const create = properties.command('create').description('add a property').argument('<property>', 'its id').addOption(scopeOption());
  addPropertyOptions(create).action((propertyId: string, options: PropertyOptions, command: Command) =>
    withSession(
      command,
      async ({ client, output }) => {
        const request = { ...newRequestIdentity(), propertyId, settings: settingsOf(options) };
        const { property } = await client.call(PropertiesServiceService.createProperty, request);
        printProperty(output, property);
      },
      'sessions',
    ),
  );
};

interface SetOptions extends PropertyOptions {
  readonly expectedVersion?: number;
}

const registerSet = (properties: Command): void => {
  const set = properties
    .command('set')
    .description('change settings; of the hard caps and of the splits, those that are not said go back to their defaults')
    .argument('<property>', 'its id')
    .option('--expected-version <number>', 'only if the settings are still of this version', readInteger(1, Number.MAX_SAFE_INTEGER));
  addPropertyOptions(set).action((propertyId: string, options: SetOptions, command: Command) => {
    const updateMask = pathsOf(options);
    if (updateMask.length === 0) command.error('error: say at least one setting');
    return withSession(
      command,
      async ({ client, output }) => {
        const { property } = await client.call(PropertiesServiceService.updateProperty, {
          ...newRequestIdentity(),
          propertyId,
          settings: settingsOf(options),
          updateMask,
          expectedSettingsVersion: options.expectedVersion ?? 0,
        });
        printProperty(output, property);
      },
      'sessions',
    );
  });
};

const registerList = (properties: Command): void => {
  properties
    .command('list')
    .description('properties of the namespace')
    .action((_options: unknown, command: Command) =>
      withSession(
        command,
        async ({ client, output }) => {
          const request = { pageSize: 0, pageToken: '', minPosition: '' };
          const found = await collect(listAll(client, PropertiesServiceService.listProperties, request, page => page.properties));
          printList(output, found, COLUMNS, propertyView);
        },
        'sessions',
      ),
    );
};

const registerShow = (properties: Command): void => {
  properties
    .command('show')
    .description('one property with its settings')
    .argument('<property>', 'its id')
    .action((propertyId: string, _options: unknown, command: Command) =>
      withSession(
        command,
        async ({ client, output }) => {
          const { property } = await client.call(PropertiesServiceService.getProperty, { propertyId, minPosition: '' });
          printProperty(output, property);
        },
        'sessions',
      ),
    );
};

const printProperty = (output: Output, property: Property | undefined): void => {
  if (property !== undefined) printOne(output, fieldsOf(COLUMNS, property), propertyView(property));
};

const COLUMNS: readonly Column<Property>[] = [
  { title: 'property', text: ({ propertyId }) => propertyId },
  { title: 'scope', text: ({ settings }) => scopeText(settings?.scope) },
  { title: 'timeout', text: ({ settings }) => durationText(settings?.timeoutMs) },
  { title: 'usage', text: ({ settings }) => (settings?.usageRules ?? []).map(usageRuleText).join('\n') },
  { title: 'version', text: ({ settingsVersion }) => String(settingsVersion), right: true },
  { title: 'since', text: ({ updateTime, createTime }) => timestampText(updateTime ?? createTime) },
];
