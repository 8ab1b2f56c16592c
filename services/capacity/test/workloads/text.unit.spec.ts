import { approvalFault, workloadDigest, workloadText, type WorkloadContent, type WorkloadRequest } from '../../src/domain/index.js';
import { CUSTOMER_KEY, signed, SPONSOR_KEY, T } from '../support/purchases.js';

const requestOf = (content: WorkloadContent): Omit<WorkloadRequest, 'customerSignature'> => ({
  workloadId: 1,
  nodeId: 'node-a',
  poolId: 7,
  reference: '',
  customerTid: 11,
  epoch: T,
  description: 'demo',
  metadata: '',
  content,
});

/** The example of capacity §7, computed independently. */
const VOLUME: WorkloadContent = { type: 'volume', sizeGB: 100, diskType: 'ssd' };
const DIGEST = '167a1cf6dca4b96d6f9de88a657586b38d7beec31828ec70060dfc027d7ee834';
const SIGNATURE =
  '5b02356afcad4e6698a1648f8f6df0213253f23a09e46817fd6cc92122b7693abe0811c9f7e4c238600860222dfd23cfa8e309cc8ac1210fed51b3fc6b2dcd0e';

const faultOf = (signature: string, publicKey = CUSTOMER_KEY) =>
  approvalFault(requestOf(VOLUME), 'request', { publicKey, signature, signerTid: 11 });

describe('the signed text of a workload (§7)', () => {
  it('is the vector, byte for byte', () => {
    expect(workloadText(requestOf(VOLUME))).toBe('1node-a711VOLUME1600000000demo100SSD');
    expect(workloadDigest(requestOf(VOLUME)).toString('hex')).toBe(DIGEST);
    expect(faultOf(SIGNATURE)).toBeUndefined();
    expect(faultOf(SIGNATURE.toUpperCase(), CUSTOMER_KEY.toUpperCase())).toBeUndefined();
  });

  it('does not hold with any bit of the signature flipped', () => {
    const bytes = Buffer.from(SIGNATURE, 'hex');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(faultOf(flipped.toString('hex'))).toBe('WRONG');
    }
  });

  it('tells the three errors apart', () => {
    expect(faultOf('zz')).toBe('HEX');
    expect(faultOf(SIGNATURE.slice(1))).toBe('HEX');
    expect(faultOf(SIGNATURE, CUSTOMER_KEY.slice(2))).toBe('KEY');
    expect(faultOf(SIGNATURE, `${CUSTOMER_KEY.slice(1)}x`)).toBe('KEY');
    expect(faultOf(SIGNATURE.slice(2))).toBe('WRONG');
    expect(faultOf('')).toBe('WRONG');
    expect(faultOf(SIGNATURE, SPONSOR_KEY)).toBe('WRONG');
  });

  const machine = { size: 3, custom: { cru: 0, mru: 0, sru: 0 } };
  it.each<[string, WorkloadContent]>([
    ['VOLUME1600000000demo603HDD', { type: 'volume', sizeGB: 603, diskType: 'hdd' }],
    ['ZDB1600000000demo20userpw' + 'hddtrue', { type: 'zdb', sizeGB: 20, diskType: 'hdd', mode: 'user', password: 'pw', isPublic: true }],
    ['ZDB1600000000demo5seqssdfalse', { type: 'zdb', sizeGB: 5, diskType: 'ssd', mode: 'seq', password: '', isPublic: false }],
    [
      // Names in the order of their bytes: in the order of UTF-16 the last two would stand the other way round.
      'CONTAINER1600000000demoflisthub/bintrueA=1a=2a!=3\u{ff5e}=4\u{1f600}=5S=6v1/datanet10.0.0.2truenet210.0.0.3false240965120ssd',
      {
        type: 'container',
        cpu: 2,
        memoryMiB: 4_096,
        diskMiB: 5_120,
        diskType: 'ssd',
        flist: 'flist',
        hubUrl: 'hub',
        entrypoint: '/bin',
        isInteractive: true,
        environment: new Map([
          ['\u{1f600}', '5'],
          ['\u{ff5e}', '4'],
          ['a!', '3'],
          ['a', '2'],
          ['A', '1'],
        ]),
        secretEnvironment: new Map([['S', '6']]),
        mounts: [{ volumeId: 'v1', mountpoint: '/data' }],
        connections: [
          { networkId: 'net', ip: '10.0.0.2', hasPublicIp6: true },
          { networkId: 'net2', ip: '10.0.0.3', hasPublicIp6: false },
        ],
      },
    ],
    [
      'KUBERNETES1600000000demo3secretnet10.0.0.410.0.0.510.0.0.6ssh-1ssh-212etcdtrue',
      {
        type: 'kubernetes',
        ...machine,
        clusterSecret: 'secret',
        networkId: 'net',
        ip: '10.0.0.4',
        masterIps: ['10.0.0.5', '10.0.0.6'],
        sshKeys: ['ssh-1', 'ssh-2'],
        publicIp: 12,
        datastoreEndpoint: 'etcd',
        disablesDefaultIngress: true,
      },
    ],
    [
      'VIRTUAL_MACHINE1600000000demovm1net010.0.0.7ssh-13',
      { type: 'virtualMachine', ...machine, name: 'vm1', networkId: 'net', publicIp: 0, ip: '10.0.0.7', sshKeys: ['ssh-1'] },
    ],
    ['PUBLIC_IP1600000000demo185.1.1.1/24', { type: 'publicIp', cidr: '185.1.1.1/24' }],
    [
      'NETWORK_RESOURCE1600000000demonet10.0.0.0/16encpub314110.0.1.0/24k1e110.0.2.0/2410.0.2.0/24100.64.0.2/32',
      {
        type: 'networkResource',
        name: 'net',
        networkRange: '10.0.0.0/16',
        encryptedPrivateKey: 'enc',
        publicKey: 'pub',
        port: 3_141,
        range: '10.0.1.0/24',
        peers: [{ publicKey: 'k1', endpoint: 'e1', range: '10.0.2.0/24', allowedRanges: ['10.0.2.0/24', '100.64.0.2/32'] }],
      },
    ],
    ['PROXY1600000000demoa.example10.0.0.880443', { type: 'proxy', domain: 'a.example', addr: '10.0.0.8', port: 80, portTls: 443 }],
    ['REVERSE_PROXY1600000000demoa.examplepw', { type: 'reverseProxy', domain: 'a.example', secret: 'pw' }],
    ['SUBDOMAIN1600000000demoa.example1.1.1.12.2.2.2', { type: 'subdomain', domain: 'a.example', ips: ['1.1.1.1', '2.2.2.2'] }],
    ['DOMAIN_DELEGATE1600000000demoa.example', { type: 'domainDelegate', domain: 'a.example' }],
    ['GATEWAY4TO61600000000demokey', { type: 'gateway4to6', publicKey: 'key' }],
    ['RESOURCES1600000000demo0.52.25001', { type: 'resources', resources: { cru: 0.5, mru: 2.25, sru: 0, hru: 0, ipv4u: 1 } }],
  ])('ends with %s', (ending, content) => {
    expect(workloadText(requestOf(content))).toBe(`1node-a711${ending}`);
  });

  it('names reference, metadata and a number that is still to be given out where they stand', () => {
    const request = { ...requestOf({ type: 'domainDelegate', domain: 'x' }), workloadId: 0, reference: 'ref', metadata: 'meta' };
    expect(workloadText(request)).toBe('0node-a7ref11DOMAIN_DELEGATE1600000000demometax');
  });
});

describe('approvals (§7)', () => {
  const request = requestOf(VOLUME);
  const approve = (approval: 'provision' | 'delete', signature: string, signerTid = 12) =>
    approvalFault(request, approval, { publicKey: SPONSOR_KEY, signature, signerTid });

  it('are signed over the same text with what they agree to and who does', () => {
    for (const approval of ['provision', 'delete'] as const) {
      const other = approval === 'provision' ? 'delete' : 'provision';
      const signature = signed(2, workloadDigest(request, approval, 12));
      expect(approve(approval, signature)).toBeUndefined();
      expect(approve(other, signature)).toBe('WRONG');
      expect(approve(approval, signature, 1)).toBe('WRONG');
      expect(approvalFault({ ...request, epoch: T + 1 }, approval, { publicKey: SPONSOR_KEY, signature, signerTid: 12 })).toBe('WRONG');
    }
    expect(approve('delete', signed(2, workloadDigest(request)))).toBe('WRONG');
  });
});
