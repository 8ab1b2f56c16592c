import type { WorkloadContent } from './content.js';
import type { WorkloadRequest } from './request.js';

const TYPE_NAMES: Readonly<Record<WorkloadContent['type'], string>> = {
  container: 'CONTAINER',
  volume: 'VOLUME',
  zdb: 'ZDB',
  kubernetes: 'KUBERNETES',
  virtualMachine: 'VIRTUAL_MACHINE',
  publicIp: 'PUBLIC_IP',
  networkResource: 'NETWORK_RESOURCE',
  proxy: 'PROXY',
  reverseProxy: 'REVERSE_PROXY',
  subdomain: 'SUBDOMAIN',
  domainDelegate: 'DOMAIN_DELEGATE',
  gateway4to6: 'GATEWAY4TO6',
  resources: 'RESOURCES',
};

type Part = string | number | boolean | undefined;

/** One part after the other, with nothing between them; what is absent is empty. */
const joined = (...parts: readonly Part[]): string => parts.map(part => (part === undefined ? '' : String(part))).join('');

/** `name=value` runs, by name in the order of its bytes. */
const runs = (environment: ReadonlyMap<string, string>): string =>
  [...environment]
    .map(([name, value]) => ({ bytes: Buffer.from(name, 'utf8'), run: `${name}=${value}` }))
    .sort((one, other) => Buffer.compare(one.bytes, other.bytes))
    .map(({ run }) => run)
    .join('');

const containerText = (content: Extract<WorkloadContent, { readonly type: 'container' }>): string =>
  joined(
    content.flist,
    content.hubUrl,
    content.entrypoint,
    content.isInteractive,
    runs(content.environment),
    runs(content.secretEnvironment),
    ...content.mounts.flatMap(({ volumeId, mountpoint }) => [volumeId, mountpoint]),
    ...content.connections.flatMap(({ networkId, ip, hasPublicIp6 }) => [networkId, ip, hasPublicIp6]),
    content.cpu,
    content.memoryMiB,
    content.diskMiB,
    content.diskType?.toLowerCase(),
  );

const kubernetesText = (content: Extract<WorkloadContent, { readonly type: 'kubernetes' }>): string =>
  joined(
    content.size,
    content.clusterSecret,
    content.networkId,
    content.ip,
    ...content.masterIps,
    ...content.sshKeys,
    content.publicIp,
    content.datastoreEndpoint,
    content.disablesDefaultIngress,
  );

const networkText = (content: Extract<WorkloadContent, { readonly type: 'networkResource' }>): string =>
  joined(
    content.name,
    content.networkRange,
    content.encryptedPrivateKey,
    content.publicKey,
    content.port,
    content.range,
    ...content.peers.flatMap(({ publicKey, endpoint, range, allowedRanges }) => [publicKey, endpoint, range, ...allowedRanges]),
  );

/** The fields of the type, in the order of capacity §7. `resources` is ours: cores, GiB, GB of SSD, GB of HDD, addresses. */
const contentText = (content: WorkloadContent): string => {
  switch (content.type) {
    case 'container':
      return containerText(content);
    case 'volume':
      return joined(content.sizeGB, content.diskType?.toUpperCase());
    case 'zdb':
      return joined(content.sizeGB, content.mode, content.password, content.diskType?.toLowerCase(), content.isPublic);
    case 'kubernetes':
      return kubernetesText(content);
    case 'virtualMachine':
      return joined(content.name, content.networkId, content.publicIp, content.ip, ...content.sshKeys, content.size);
    case 'publicIp':
      return content.cidr;
    case 'networkResource':
      return networkText(content);
    case 'proxy':
      return joined(content.domain, content.addr, content.port, content.portTls);
    case 'reverseProxy':
      return joined(content.domain, content.secret);
    case 'subdomain':
      return joined(content.domain, ...content.ips);
    case 'domainDelegate':
      return content.domain;
    case 'gateway4to6':
      return content.publicKey;
    case 'resources': {
      const { cru, mru, sru, hru, ipv4u } = content.resources;
      return joined(cru, mru, sru, hru, ipv4u);
    }
  }
};

/** The text that a customer signs, all parts without separators (capacity §7). */
export const workloadText = (request: Omit<WorkloadRequest, 'customerSignature'>): string => {
  const { workloadId, nodeId, poolId, reference, customerTid, epoch, description, metadata, content } = request;
  return joined(
    workloadId,
    nodeId,
    poolId,
    reference,
    customerTid,
    TYPE_NAMES[content.type],
    epoch,
    description,
    metadata,
    contentText(content),
  );
};
