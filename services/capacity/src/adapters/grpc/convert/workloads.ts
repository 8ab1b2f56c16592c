import {
  DiskType as DiskMessage,
  ZdbMode,
  type Container,
  type Kubernetes,
  type MachineResources,
  type NetworkResource,
  type SignedWorkload,
  type VirtualMachine,
  type Workload as WorkloadMessage,
  type Zdb,
} from '@drawdown/proto/capacity';
import type { WorkloadContent, WorkloadRequest } from '../../../domain/index.js';
import { required } from './refuse.js';

type Content<Type extends WorkloadContent['type']> = Extract<WorkloadContent, { readonly type: Type }>;

/** A disk type that is not set is none: whether one is needed is for the domain to say. */
const diskTypeOf = (message: DiskMessage): 'ssd' | 'hdd' | undefined => {
  if (message === DiskMessage.SSD) return 'ssd';
  return message === DiskMessage.HDD ? 'hdd' : undefined;
};

const NO_MACHINE: MachineResources = { cru: 0, mru: 0, sru: 0 };

const containerOf = (message: Container): Content<'container'> => {
  const { cpu, memoryMib, diskMib, diskType, flist, hubUrl, entrypoint, interactive, mounts } = message;
  return {
    type: 'container',
    cpu,
    memoryMiB: memoryMib,
    diskMiB: diskMib,
    diskType: diskTypeOf(diskType),
    flist,
    hubUrl,
    entrypoint,
    isInteractive: interactive,
    environment: new Map(Object.entries(message.environment)),
    secretEnvironment: new Map(Object.entries(message.secretEnvironment)),
    mounts,
    connections: message.connections.map(({ networkId, ip, publicIp6 }) => ({ networkId, ip, hasPublicIp6: publicIp6 })),
  };
};

const zdbOf = ({ sizeGb, diskType, mode, password, public: isPublic }: Zdb): Content<'zdb'> => ({
  type: 'zdb',
  sizeGB: sizeGb,
  diskType: diskTypeOf(diskType),
  mode: mode === ZdbMode.USER ? 'user' : 'seq',
  password,
  isPublic,
});

const kubernetesOf = ({ custom, disableDefaultIngress, ...rest }: Kubernetes): Content<'kubernetes'> => ({
  type: 'kubernetes',
  ...rest,
  custom: custom ?? NO_MACHINE,
  disablesDefaultIngress: disableDefaultIngress,
});

const virtualMachineOf = ({ custom, ...rest }: VirtualMachine): Content<'virtualMachine'> => ({
  type: 'virtualMachine',
  ...rest,
  custom: custom ?? NO_MACHINE,
});

const networkOf = (message: NetworkResource): Content<'networkResource'> => ({ type: 'networkResource', ...message });

/**
 * A workload with everything that its customer signs; whether its size is one is for the domain to say (capacity §7, §8).
 * @throws Refusal `VALIDATION` when it does not say what it is
 */
export const fromApiWorkload = ({ kind }: WorkloadMessage, field: string): WorkloadContent => {
  const what = required(kind, `${field}.kind`);
  switch (what.$case) {
    case 'container':
      return containerOf(what.value);
    case 'volume':
      return { type: 'volume', sizeGB: what.value.sizeGb, diskType: diskTypeOf(what.value.diskType) };
    case 'zdb':
      return zdbOf(what.value);
    case 'kubernetes':
      return kubernetesOf(what.value);
    case 'virtualMachine':
      return virtualMachineOf(what.value);
    case 'networkResource':
      return networkOf(what.value);
    case 'resources':
      return { type: 'resources', resources: what.value };
    case 'publicIp':
      return { type: 'publicIp', cidr: what.value.cidr };
    case 'proxy':
      return { type: 'proxy', ...what.value };
    case 'reverseProxy':
      return { type: 'reverseProxy', ...what.value };
    case 'subdomain':
      return { type: 'subdomain', ...what.value };
    case 'domainDelegate':
      return { type: 'domainDelegate', ...what.value };
    case 'gateway4to6':
      return { type: 'gateway4to6', ...what.value };
  }
};

/** @throws Refusal `VALIDATION` */
export const fromApiSignedWorkload = ({ workload, ...rest }: SignedWorkload, field: string): WorkloadRequest => ({
  ...rest,
  content: fromApiWorkload(required(workload, `${field}.workload`), `${field}.workload`),
});
