import { workloadDigest, type WorkloadContent } from '@drawdown/capacity/domain';
import { DiskType, type SignedWorkload, type Workload } from '@drawdown/proto/capacity';
import type { Signer } from './signer.js';

export type UnsignedWorkload = Omit<SignedWorkload, 'customerSignature' | 'workload'> & { readonly workload: Workload };

/** Signs all that a customer says of a workload: SHA-256 of a text without separators (capacity §7). @throws RangeError: a kind that is not offered here */
export const signWorkload = ({ workload, ...request }: UnsignedWorkload, signer: Signer): SignedWorkload => {
  const digest = workloadDigest({ ...request, content: contentOf(workload) });
  return { ...request, workload, customerSignature: signer.sign(digest) };
};

const DISK_TYPES: Readonly<Record<DiskType, 'ssd' | 'hdd' | undefined>> = {
  [DiskType.UNSPECIFIED]: undefined,
  [DiskType.SSD]: 'ssd',
  [DiskType.HDD]: 'hdd',
};

const NO_MACHINE = { cru: 0, mru: 0, sru: 0 };

/** The kinds that the command line can name. */
const contentOf = ({ kind }: Workload): WorkloadContent => {
  switch (kind?.$case) {
    case 'container': {
      const { interactive, environment, secretEnvironment, connections, memoryMib, diskMib, diskType, ...rest } = kind.value;
      return {
        ...rest,
        type: 'container',
        memoryMiB: memoryMib,
        diskMiB: diskMib,
        diskType: DISK_TYPES[diskType],
        isInteractive: interactive,
        environment: new Map(Object.entries(environment)),
        secretEnvironment: new Map(Object.entries(secretEnvironment)),
        connections: connections.map(({ networkId, ip, publicIp6 }) => ({ networkId, ip, hasPublicIp6: publicIp6 })),
      };
    }
    case 'volume':
      return { type: 'volume', sizeGB: kind.value.sizeGb, diskType: DISK_TYPES[kind.value.diskType] };
    case 'virtualMachine': {
      const { custom, ...rest } = kind.value;
      return { ...rest, type: 'virtualMachine', custom: custom ?? NO_MACHINE };
    }
    case 'publicIp':
      return { type: 'publicIp', cidr: kind.value.cidr };
    case 'resources':
      return { type: 'resources', resources: kind.value };
    case 'zdb':
    case 'kubernetes':
    case 'networkResource':
    case 'proxy':
    case 'reverseProxy':
    case 'subdomain':
    case 'domainDelegate':
    case 'gateway4to6':
    case undefined:
      throw new RangeError(`${kind?.$case ?? 'nothing'} cannot be signed here`);
  }
};
