import type { Command } from 'commander';
import { registerPublishHits } from './publish-hits.js';
import { registerPublishUsage } from './publish-usage.js';

export const registerPublish = (program: Command): void => {
  const publish = program.command('publish').description('send events in');
  registerPublishUsage(publish);
  registerPublishHits(publish);
};
