import { cpus, loadavg } from 'node:os';
import { MongoClient } from 'mongodb';
import type { Bed } from './bed.js';

interface MonitoredNats {
  readonly version?: string;
  readonly jetstream?: { readonly config?: { readonly sync_interval?: number; readonly sync_always?: boolean } };
}

const NANOSECONDS_PER_SECOND = 1e9;

/** What a reader must know to judge the figures: machine, load, versions, and when data reaches the disk. */
export const describeMachine = (): string => {
  const [first] = cpus();
  const load = loadavg()
    .map(value => value.toFixed(2))
    .join(' ');
  return `Machine: ${String(cpus().length)} × ${first?.model.trim() ?? 'unknown'}, load ${load}; Node ${process.versions.node}`;
};

export const describeServers = async (bed: Bed): Promise<string> => `${await describeNats(bed)}\n${await describeMongodb(bed)}`;

const describeNats = async ({ natsMonitoringUrl }: Bed): Promise<string> => {
  if (natsMonitoringUrl === undefined) return 'NATS: version and flushing unknown, no monitoring address was given';
  const { version = 'unknown', jetstream } = (await (await fetch(`${natsMonitoringUrl}/varz`)).json()) as MonitoredNats;
  const { sync_always: always, sync_interval: interval } = jetstream?.config ?? {};
  const flushing = always === true ? 'every write' : `every ${String((interval ?? 0) / NANOSECONDS_PER_SECOND)} s`;
  return `NATS ${version}: streams in files, fsync ${flushing}`;
};

const describeMongodb = async ({ mongodbUrl }: Bed): Promise<string> => {
  const client = new MongoClient(mongodbUrl);
  try {
    const { version, gitVersion } = (await client.db('admin').command({ buildInfo: 1 })) as { version: string; gitVersion?: string };
    // The server in memory leaves this out of its answer, or leaves it empty.
    const isReal = gitVersion !== undefined && /^[0-9a-f]{40}$/.test(gitVersion);
    const storage = isReal
      ? 'journal as the server has it, write concern of its default'
      : 'a compatible server in memory: nothing is written to disk';
    return `MongoDB ${version}: ${storage}`;
  } finally {
    await client.close();
  }
};
