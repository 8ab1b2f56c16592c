import type { Command } from 'commander';
import { grpcPublisher } from '../publish/grpc-publisher.js';
import { natsPublisher } from '../publish/nats-publisher.js';
import type { FileFormat } from '../publish/open-file.js';
import type { UsagePublisher } from '../publish/publisher.js';
import { openUsage } from '../publish/read-usage.js';
import { addFormat, addWay, natsWay, publishFile, reportPublished, type WayOptions } from './publish-file.js';
import { openClient, withOutput } from './session.js';

interface UsageOptions extends WayOptions {
  readonly type?: string;
  readonly source?: string;
  readonly format?: FileFormat;
  readonly oneByOne?: boolean;
}

export const registerPublishUsage = (publish: Command): void => {
  const usage = publish
    .command('usage')
    .description('usage events from a file; sending the same file again counts nothing twice')
    .argument('<file>', 'CSV with a row of titles, or one CloudEvent as JSON a line; - is standard input')
    .option('--type <type>', 'CloudEvents type of rows that have none')
    .option('--source <source>', 'CloudEvents source of rows that have none (default: /files/<file name>)');
  addWay(addFormat(usage))
    .option('--one-by-one', 'a message for every event instead of envelopes, with --nats')
    .action((file: string, options: UsageOptions, command: Command) => {
      const open = publisherOf(options, command);
      return withOutput(command, async output => {
        const found = await openUsage(file, options);
        const publisher = await open();
        try {
          const published = await publishFile(found, publisher, 'events', output);
          reportPublished(published, output);
          return published.refused === 0;
        } finally {
          await publisher.close();
        }
      });
    });
};

const publisherOf = (options: UsageOptions, command: Command): (() => Promise<UsagePublisher>) => {
  const nats = natsWay(options, command);
  if (nats === undefined) return async () => grpcPublisher(await openClient(command, 'entitlements'));
  return () => natsPublisher({ ...nats, form: options.oneByOne === true ? 'single' : 'envelopes' });
};
