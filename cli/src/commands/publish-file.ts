import { Option, type Command } from 'commander';
import { printOne, type Output } from '../output/output.js';
import { progressBar } from '../output/progress.js';
import { PUBLISH_LIMITS } from '../publish/limits.js';
import type { ItemFile } from '../publish/open-file.js';
import { publishItems, type LineRefusal, type PublishedFile } from '../publish/publish-items.js';
import type { Publisher } from '../publish/publisher.js';

/** Which way in, as every kind of file may say it. */
export interface WayOptions {
  readonly nats?: string;
  readonly namespace?: string;
  readonly prefix: string;
}

export const addFormat = (command: Command): Command =>
  command.addOption(new Option('--format <format>', 'what the file holds (default: by its name)').choices(['csv', 'jsonl']));

export const addWay = (command: Command): Command =>
  command
    .option('--nats <url>', 'publish to NATS instead of calling the service')
    .option('--namespace <namespace>', 'tenant whose they are; needed with --nats')
    .option('--prefix <prefix>', 'first token of the subjects, with --nats', 'drawdown');

/** Where `--nats` was said, the namespace was too, or the command ends here. */
export const natsWay = ({ nats: url, namespace, prefix }: WayOptions, command: Command) => {
  if (url === undefined) return undefined;
  if (namespace === undefined) return command.error('error: --nats needs --namespace');
  return { url, namespace, prefix };
};

/** Publishes a file, with a progress bar and the first refusals on standard error. */
export const publishFile = async <Item>(
  file: ItemFile<Item>,
  publisher: Publisher<Item>,
  noun: string,
  output: Output,
): Promise<PublishedFile> => {
  const progress = progressBar('Publishing', output.json);
  const onProgress = (stored: number): void => {
    const read = file.read();
    progress.update(read, file.size ?? read, `${String(stored)} ${noun}`);
  };
  try {
    return await publishItems(file.items, publisher, refusalWriter(), onProgress);
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

export const reportPublished = ({ stored, refused, position }: PublishedFile, output: Output): void => {
  printOne(output, { stored: String(stored), refused: String(refused) }, { stored, refused, position });
};
