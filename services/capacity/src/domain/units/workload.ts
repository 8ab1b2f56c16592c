/** Which kind of disk a size in GB is counted on. */
export type DiskType = 'ssd' | 'hdd';

/** What a workload takes of a node (capacity §8). */
export interface Resources {
  readonly cru: number;
  /** GiB of memory. */
  readonly mru: number;
  /** GB of SSD. */
  readonly sru: number;
  /** GB of HDD. */
  readonly hru: number;
  readonly ipv4u: number;
}

/** Kinds that take nothing and are members all the same. */
export const FREE_TYPES = ['networkResource', 'proxy', 'reverseProxy', 'subdomain', 'domainDelegate', 'gateway4to6'] as const;

export interface Container {
  readonly type: 'container';
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly diskMiB: number;
  /** A root disk of another kind counts nothing. */
  readonly diskType?: string | undefined;
}

export interface Storage {
  readonly type: 'volume' | 'zdb';
  readonly sizeGB: number;
  /** Anything but a `DiskType` is refused. */
  readonly diskType?: string | undefined;
}

export interface Machine {
  readonly type: 'kubernetes' | 'virtualMachine';
  /** One of the sizes of the table, or −1 for the resources given. */
  readonly size: number;
  readonly custom: Pick<Resources, 'cru' | 'mru' | 'sru'>;
}

interface Free {
  readonly type: (typeof FREE_TYPES)[number] | 'publicIp';
}

export interface Bare {
  readonly type: 'resources';
  readonly resources: Resources;
}

/** A workload as far as its size goes. */
export type Workload = Container | Storage | Machine | Free | Bare;
