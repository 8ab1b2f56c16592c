import { hostname } from 'node:os';
import type { PlatformConfiguration } from '@drawdown/config';

/** Name of this replica: one token of a subject, unique among those that run at once. */
export const replicaName = ({ replica }: Pick<PlatformConfiguration, 'replica'>): string =>
  replica ?? `${hostname()}-${process.pid}`.replace(/[^A-Za-z0-9_-]/g, '-');
