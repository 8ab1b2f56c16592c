import { OperationsServiceService as Entitlements, type Partition } from '@drawdown/proto';
import { OperationsServiceService as Capacity, type Partition as CapacityPartition } from '@drawdown/proto/capacity';
import {
  OperationsServiceService as Sessions,
  RebuildState,
  type Probe,
  type Partition as SessionsPartition,
  type Wheel,
} from '@drawdown/proto/sessions';
import type { Command } from 'commander';
import type { ServiceName } from '../client/context.js';
import { timestampText } from '../client/instants.js';
import { printList, type Column } from '../output/output.js';
import { plain, type Plain } from '../output/plain.js';
import { serviceOption, type ServiceOptions } from './operations-service.js';
import { withSession, type Session } from './session.js';
import { durationText } from './session-views.js';

/** Who owns each partition, how far it has read, where its wheels stand, and what it waits for. Exit code 1 when one waits. */
export const registerPartitions = (program: Command): void => {
  program
    .command('partitions')
    .description('who owns each partition, how far it has read, and what it waits for')
    .addOption(serviceOption())
    .action(({ service }: ServiceOptions, command: Command) => withSession(command, LISTINGS[service], service));
};

const listPartitions = async ({ client, output }: Session): Promise<boolean> => {
  const { partitions } = await client.call(Entitlements.listPartitions, {});
  printList(output, partitions, COLUMNS, plain);
  return partitions.every(({ waiting }) => waiting === undefined);
};

const listSessionsPartitions = async ({ client, output }: Session): Promise<boolean> => {
  const { partitions } = await client.call(Sessions.listPartitions, {});
  printList(output, partitions, SESSIONS_COLUMNS, sessionsPartitionView);
  return partitions.every(({ waiting, rebuildState }) => waiting === undefined && rebuildState !== RebuildState.REBUILDING);
};

const listCapacityPartitions = async ({ client, output }: Session): Promise<boolean> => {
  const { partitions } = await client.call(Capacity.listPartitions, {});
  printList(output, partitions, CAPACITY_COLUMNS, plain);
  return partitions.every(({ waiting }) => waiting === undefined);
};

/** `false` when a partition waits. */
const LISTINGS: Readonly<Record<ServiceName, (session: Session) => Promise<boolean>>> = {
  entitlements: listPartitions,
  sessions: listSessionsPartitions,
  capacity: listCapacityPartitions,
};

const COLUMNS: readonly Column<Partition>[] = [
  { title: 'partition', text: ({ number }) => String(number), right: true },
  { title: 'owner', text: ({ owner }) => (owner === '' ? 'nobody' : owner) },
  { title: 'epoch', text: ({ epoch }) => (epoch === 0 ? '' : String(epoch)), right: true },
  { title: 'read up to', text: ({ streams }) => streams.map(({ stream, watermark }) => `${stream} ${String(watermark)}`).join('\n') },
  { title: 'behind', text: ({ streams }) => streams.map(({ lagMessages }) => String(lagMessages)).join('\n'), right: true },
  {
    title: 'waits for',
    text: ({ waiting: message }) => (message === undefined ? '' : `${message.stream} ${String(message.sequence)}: ${message.reason}`),
  },
];

const eachWheel =
  (text: (wheel: Wheel) => string) =>
  ({ wheels }: SessionsPartition): string =>
    wheels.map(text).join('\n');

const SESSIONS_COLUMNS: readonly Column<SessionsPartition>[] = [
  ...COLUMNS,
  { title: 'wheel', text: eachWheel(({ lane, scope }) => `${lane}, ${scope}`) },
  { title: 'watermark', text: eachWheel(({ watermark }) => timestampText(watermark)) },
  { title: 'lag', text: eachWheel(({ lagMs }) => durationText(lagMs)), right: true },
  { title: 'oldest open', text: eachWheel(({ oldestOpen }) => timestampText(oldestOpen)) },
  { title: 'catch-up', text: eachWheel(({ catchUpMs }) => (catchUpMs === 0 ? '' : durationText(catchUpMs))), right: true },
  { title: 'probe', text: ({ probe }) => probeText(probe), right: true },
  { title: 'to hand over', text: ({ queueLength }) => String(queueLength), right: true },
  { title: 'state', text: ({ rebuildState }) => RebuildState[rebuildState]?.toLowerCase() ?? '' },
];

const CAPACITY_COLUMNS: readonly Column<CapacityPartition>[] = [
  ...COLUMNS,
  { title: 'pools overdue', text: ({ overduePools }) => (overduePools === 0 ? '' : String(overduePools)), right: true },
  { title: 'open effects', text: ({ openEffects }) => (openEffects === 0 ? '' : String(openEffects)), right: true },
];

/** How long the last hit of the service's own took until its session could be read. */
const probeText = (probe: Probe | undefined): string => (probe?.sent === undefined ? '' : durationText(probe.readableMs));

const sessionsPartitionView = (partition: SessionsPartition): Plain =>
  plain({ ...partition, rebuildState: RebuildState[partition.rebuildState] });
