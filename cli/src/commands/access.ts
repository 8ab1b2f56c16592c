import { AccessServiceService } from '@drawdown/proto';
import type { Command } from 'commander';
import { printOne } from '../output/output.js';
import { plain } from '../output/plain.js';
import { withSession } from './session.js';
import { accessReasonText } from './views.js';

export const registerAccess = (program: Command): void => {
  program
    .command('access')
    .description('may this customer use this feature now? exit code 0: yes, 1: no')
    .argument('<customer>', 'key of the customer')
    .argument('<feature>', 'key of the feature')
    .action((customer: string, featureKey: string, _options: unknown, command: Command) =>
      withSession(command, async ({ client, output }) => {
        const { access, freshness } = await client.call(AccessServiceService.checkAccess, { customer, featureKey, minPosition: '' });
        if (access === undefined) return false;
        const reason = accessReasonText(access.reason);
        const fields = {
          access: access.hasAccess ? 'yes' : 'no',
          reason: reason.toLowerCase().replaceAll('_', ' '),
          balance: access.balance,
          'used in period': access.usageInPeriod,
          overage: access.overage,
          ...(freshness?.stale === true ? { stale: 'yes: the owner of the partition is silent' } : {}),
        };
        printOne(output, fields, plain({ ...access, reason, freshness }));
        return access.hasAccess;
      }),
    );
};
