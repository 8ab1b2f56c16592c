import type { Bare, Container, Machine, Storage } from '../units/workload.js';

/** A volume in a container. */
export interface Mount {
  readonly volumeId: string;
  readonly mountpoint: string;
}

/** A container's place in a network. */
export interface Connection {
  readonly networkId: string;
  readonly ip: string;
  readonly hasPublicIp6: boolean;
}

export interface ContainerContent extends Container {
  readonly flist: string;
  readonly hubUrl: string;
  readonly entrypoint: string;
  readonly isInteractive: boolean;
  readonly environment: ReadonlyMap<string, string>;
  readonly secretEnvironment: ReadonlyMap<string, string>;
  readonly mounts: readonly Mount[];
  readonly connections: readonly Connection[];
}

export interface VolumeContent extends Storage {
  readonly type: 'volume';
}

export interface ZdbContent extends Storage {
  readonly type: 'zdb';
  readonly mode: 'seq' | 'user';
  readonly password: string;
  readonly isPublic: boolean;
}

export interface KubernetesContent extends Machine {
  readonly type: 'kubernetes';
  readonly clusterSecret: string;
  readonly networkId: string;
  readonly ip: string;
  readonly masterIps: readonly string[];
  readonly sshKeys: readonly string[];
  /** Workload of its public address; 0 for none. */
  readonly publicIp: number;
  readonly datastoreEndpoint: string;
  readonly disablesDefaultIngress: boolean;
}

export interface VirtualMachineContent extends Machine {
  readonly type: 'virtualMachine';
  readonly name: string;
  readonly networkId: string;
  /** Workload of its public address; 0 for none. */
  readonly publicIp: number;
  readonly ip: string;
  readonly sshKeys: readonly string[];
}

/** Another node of a network. */
export interface Peer {
  readonly publicKey: string;
  readonly endpoint: string;
  readonly range: string;
  readonly allowedRanges: readonly string[];
}

export interface NetworkResourceContent {
  readonly type: 'networkResource';
  readonly name: string;
  readonly networkRange: string;
  readonly encryptedPrivateKey: string;
  readonly publicKey: string;
  readonly port: number;
  readonly range: string;
  readonly peers: readonly Peer[];
}

export interface ProxyContent {
  readonly type: 'proxy';
  readonly domain: string;
  readonly addr: string;
  readonly port: number;
  readonly portTls: number;
}

/** What a workload is, with everything that its customer signs (capacity §7). What matters for its size is that of `Workload`. */
export type WorkloadContent =
  | ContainerContent
  | VolumeContent
  | ZdbContent
  | KubernetesContent
  | VirtualMachineContent
  | { readonly type: 'publicIp'; readonly cidr: string }
  | NetworkResourceContent
  | ProxyContent
  | { readonly type: 'reverseProxy'; readonly domain: string; readonly secret: string }
  | { readonly type: 'subdomain'; readonly domain: string; readonly ips: readonly string[] }
  | { readonly type: 'domainDelegate'; readonly domain: string }
  | { readonly type: 'gateway4to6'; readonly publicKey: string }
  | Bare;
