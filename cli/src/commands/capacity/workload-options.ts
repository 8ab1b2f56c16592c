import { DiskType, Workload } from '@drawdown/proto/capacity';
import { InvalidArgumentError, type Command } from 'commander';

/** What a workload is, as said on the command line: exactly one of these. */
export interface SizeOptions {
  readonly container?: Workload;
  readonly machine?: Workload;
  readonly volume?: Workload;
  readonly publicIp?: boolean;
  readonly resources?: Workload;
}

const MIB_PER_GIB = 1_024;
const RESOURCE_NAMES = ['cru', 'mru', 'sru', 'hru', 'ipv4u'] as const;

export const addSizeOptions = (command: Command): Command =>
  command
    .option('--container <cores,GiB,GB>', 'cores, memory and root disk (SSD; 50 GB of it are free)', readContainer)
    .option('--machine <size>', 'a virtual machine of size 1 to 18', readMachine)
    .option('--volume <GB:ssd|hdd>', 'a volume', readVolume)
    .option('--public-ip', 'a public address')
    .option('--resources <name=amount,…>', 'anything else: cru (cores), mru (GiB), sru and hru (GB), ipv4u', readResources);

/** The workload that was said, if any; more than one ends the command here. */
export const sizeOf = (options: SizeOptions, command: Command): Workload | undefined => {
  const { container, machine, volume, publicIp, resources } = options;
  const ip = publicIp === true ? Workload.create({ kind: { $case: 'publicIp', value: { cidr: '' } } }) : undefined;
  const [size, ...more] = [container, machine, volume, ip, resources].filter(one => one !== undefined);
  if (more.length > 0) command.error('error: say one of --container, --machine, --volume, --public-ip and --resources');
  return size;
};

export const requireSize = (options: SizeOptions, command: Command): Workload =>
  sizeOf(options, command) ?? command.error('error: say --container, --machine, --volume, --public-ip or --resources');

const readContainer = (text: string): Workload => {
  const [, cores, memory, disk] = /^(\d{1,4}),(\d{1,6}(?:\.\d+)?),(\d{1,6})$/.exec(text) ?? [];
  if (cores === undefined) throw new InvalidArgumentError('Written as cores,GiB,GB such as 2,4,50.');
  const [memoryMib, diskMib] = [Math.round(Number(memory) * MIB_PER_GIB), Number(disk) * MIB_PER_GIB];
  const value = { cpu: Number(cores), memoryMib, diskMib, diskType: DiskType.SSD };
  return Workload.fromPartial({ kind: { $case: 'container', value } });
};

const readMachine = (text: string): Workload => {
  if (!/^([1-9]|1[0-8])$/.test(text)) throw new InvalidArgumentError('A size from 1 to 18.');
  return Workload.fromPartial({ kind: { $case: 'virtualMachine', value: { size: Number(text) } } });
};

const readVolume = (text: string): Workload => {
  const [, size, type] = /^(\d{1,9}):(ssd|hdd)$/.exec(text) ?? [];
  if (size === undefined) throw new InvalidArgumentError('Written as GB:ssd or GB:hdd.');
  const value = { sizeGb: Number(size), diskType: type === 'ssd' ? DiskType.SSD : DiskType.HDD };
  return Workload.fromPartial({ kind: { $case: 'volume', value } });
};

const readResources = (text: string): Workload => {
  const value: Partial<Record<(typeof RESOURCE_NAMES)[number], number>> = {};
  for (const part of text.split(',')) {
    const [, name = '', amount = ''] = /^([a-z0-9]+)=(\d{1,9}(?:\.\d+)?)$/.exec(part) ?? [];
    const known = RESOURCE_NAMES.find(one => one === name);
    if (known === undefined || value[known] !== undefined)
      throw new InvalidArgumentError(`Written as name=amount,…; a name is one of ${RESOURCE_NAMES.join(', ')}, each once.`);
    value[known] = Number(amount);
  }
  return Workload.fromPartial({ kind: { $case: 'resources', value } });
};
