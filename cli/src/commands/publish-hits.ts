import type { Command } from 'commander';
import { grpcHitsPublisher } from '../publish/grpc-hits-publisher.js';
import { LIVE_LANE, natsHitsPublisher } from '../publish/nats-hits-publisher.js';
import type { FileFormat } from '../publish/open-file.js';
import type { HitsPublisher } from '../publish/publisher.js';
import { openHits } from '../publish/read-hits.js';
import { readColumn } from './arguments.js';
import { addFormat, addWay, natsWay, publishFile, reportPublished, type WayOptions } from './publish-file.js';
import { openClient, withOutput } from './session.js';

interface HitsOptions extends WayOptions {
  readonly property?: string;
  readonly event: string;
  readonly column?: ReadonlyMap<string, string>;
  readonly idPrefix?: string;
  readonly source?: string;
  readonly format?: FileFormat;
  readonly lane: string;
  readonly completeImport?: boolean;
}

const DEFAULT_EVENT = 'page_view';

export const registerPublishHits = (publish: Command): void => {
  const hits = publish
    .command('hits')
    .description('hits from a file; sending the same file again stores nothing twice')
    .argument('<file>', 'CSV with a row of titles, or one CloudEvent as JSON a line; - is standard input')
    .option('--property <id>', 'property of hits that name none')
    .option('--event <name>', 'event name of hits that have none', DEFAULT_EVENT)
    .option(
      '--column <field=title>',
      'title of the column of a field (id, time, property, client, event, userId, path, …, header:<name>, query:<name>, note:<name>); may be given again',
      readColumn,
    )
    .option(
      '--id-prefix <text>',
      'begins the ids of rows that have none, the number of the line follows (default: the name of the file and -)',
    )
    .option('--source <source>', 'CloudEvents source of rows (default: /files/<file name>)')
    .option('--lane <lane>', 'live, or the id of an import: its times are taken as they are', LIVE_LANE)
    .option('--complete-import', 'nothing more comes in this lane: close everything');
  addWay(addFormat(hits)).action((file: string, options: HitsOptions, command: Command) => {
    if (options.completeImport === true && options.lane === LIVE_LANE) command.error('error: --complete-import needs --lane');
    const open = publisherOf(options, command);
    return withOutput(command, async output => {
      const found = await openHits(file, { ...options, columns: options.column ?? new Map() });
      const publisher = await open();
      try {
        const published = await publishFile(found, publisher, 'hits', output);
        const completed = options.completeImport === true ? await publisher.completeImport() : '';
        reportPublished({ ...published, position: completed === '' ? published.position : completed }, output);
        return published.refused === 0;
      } finally {
        await publisher.close();
      }
    });
  });
};

const publisherOf = (options: HitsOptions, command: Command): (() => Promise<HitsPublisher>) => {
  const nats = natsWay(options, command);
  if (nats === undefined) return async () => grpcHitsPublisher(await openClient(command, 'sessions'), options.lane);
  return () => natsHitsPublisher({ ...nats, lane: options.lane });
};
