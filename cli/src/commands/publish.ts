import { Option, type Command } from 'commander';
import { resolveConnection, type ConnectionOptions } from '../client/context.js';
import { DrawdownClient } from '../client/drawdown-client.js';
import { printOne, type Output } from '../output/output.js';
import { progressBar } from '../output/progress.js';
import { grpcPublisher } from '../publish/grpc-publisher.js';
import { PUBLISH_LIMITS } from '../publish/limits.js';
import { natsPublisher } from '../publish/nats-publisher.js';
import { publishUsage, type LineRefusal, type PublishedFile } from '../publish/publish-usage.js';
import type { UsagePublisher } from '../publish/publisher.js';
import { openUsage, type UsageFile, type UsageFormat } from '../publish/read-usage.js';
import { withOutput } from './session.js';

interface PublishOptions {
  readonly type?: string;
  readonly source?: string;
  readonly format?: UsageFormat;
  readonly nats?: string;
  readonly namespace?: string;
  readonly prefix: string;
  readonly oneByOne?: boolean;
}

export const registerPublish = (program: Command): void => {
  const publish = program.command('publish').description('send events in');
  publish
    .command('usage')
    .description('usage events from a file; sending the same file again counts nothing twice')
    .argument('<file>', 'CSV with a row of titles, or one CloudEvent as JSON a line; - is standard input')
    .option('--type <type>', 'CloudEvents type of rows that have none')
    .option('--source <source>', 'CloudEvents source of rows that have none (default: /files/<file name>)')
    .addOption(new Option('--format <format>', 'what the file holds (default: by its name)').choices(['csv', 'jsonl']))
    .option('--nats <url>', 'publish to NATS instead of calling the service')
    .option('--namespace <namespace>', 'tenant whose usage it is; needed with --nats')
    .option('--prefix <prefix>', 'first token of the subjects, with --nats', 'drawdown')
    .option('--one-by-one', 'a message for every event instead of envelopes, with --nats')
    .action((file: string, options: PublishOptions, command: Command) => {
      if (options.nats !== undefined && options.namespace === undefined) command.error('error: --nats needs --namespace');
      return withOutput(command, async output => {
        const usage = await openUsage(file, options);
        const publisher = await openPublisher(options, command);
        try {
          const published = await publishFile(usage, publisher, output);
          report(published, output);
          return published.refused === 0;
        } finally {
          await publisher.close();
        }
      });
    });
};

const openPublisher = async (options: PublishOptions, command: Command): Promise<UsagePublisher> => {
  const { nats: url, namespace, prefix } = options;
  if (url !== undefined && namespace !== undefined) {
    return natsPublisher({ url, namespace, prefix, form: options.oneByOne === true ? 'single' : 'envelopes' });
  }
  const connection = await resolveConnection(command.optsWithGlobals<ConnectionOptions>(), process.env, process.cwd());
  return grpcPublisher(new DrawdownClient(connection));
};

const publishFile = async (usage: UsageFile, publisher: UsagePublisher, output: Output): Promise<PublishedFile> => {
  const progress = progressBar('Publishing', output.json);
  const onProgress = (stored: number): void => {
    const read = usage.read();
    progress.update(read, usage.size ?? read, `${String(stored)} events`);
  };
  try {
    return await publishUsage(usage.items, publisher, refusalWriter(), onProgress);
  } finally {
    progress.end();
  }
};

/** The first refusals one by one; a file that is wrong throughout must not flood the terminal. */
const refusalWriter = (): ((refusal: LineRefusal) => void) => {
  let shown = 0;
  return ({ line, reason, detail }) => {
    shown += 1;
    if (shown <= PUBLISH_LIMITS.refusalsShownMax) process.stderr.write(`line ${String(line)}: ${reason}: ${detail}\n`);
    else if (shown === PUBLISH_LIMITS.refusalsShownMax + 1) process.stderr.write('… further refusals are only counted\n');
  };
};

const report = (published: PublishedFile, output: Output): void => {
  const { stored, refused, position } = published;
  printOne(output, { stored: String(stored), refused: String(refused) }, { stored, refused, position });
};
