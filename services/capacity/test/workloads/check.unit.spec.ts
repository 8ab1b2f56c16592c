import {
  checkWorkloadRequest,
  outcomeOf,
  workloadDigest,
  type WorkloadContent,
  type WorkloadFacts,
  type WorkloadReport,
  type WorkloadRequest,
} from '../../src/domain/index.js';
import { CUSTOMER_KEY, signed, T } from '../support/purchases.js';
import { codeOf, refusalOf } from '../support/refused.js';

const VOLUME: WorkloadContent = { type: 'volume', sizeGB: 100, diskType: 'ssd' };

interface Plan {
  readonly request?: Partial<WorkloadRequest>;
  readonly facts?: Partial<WorkloadFacts>;
}

const requestOf = ({ request = {} }: Plan): WorkloadRequest => {
  const unsigned = {
    workloadId: 1,
    nodeId: 'node-a',
    poolId: 7,
    customerTid: 11,
    reference: '',
    epoch: T,
    description: 'demo',
    metadata: '',
    content: VOLUME,
    ...request,
  };
  return { customerSignature: signed(1, workloadDigest(unsigned)), ...unsigned };
};

const FACTS: WorkloadFacts = {
  caller: { tid: 11, actsForAll: false },
  customer: { publicKey: CUSTOMER_KEY, isTrustedChannel: false },
  pool: { owner: 11, nodeIds: ['node-a'] },
  node: { capacity: { cru: 8, mru: 32, sru: 500, hru: 0 }, isGone: false },
};

const checked = (plan: Plan) => checkWorkloadRequest(requestOf(plan), { ...FACTS, ...plan.facts });

const withRequest = (plan: Plan, request: Partial<WorkloadRequest>): Plan => ({ ...plan, request: { ...plan.request, ...request } });
const withFacts = (plan: Plan, facts: Partial<WorkloadFacts>): Plan => ({ ...plan, facts: { ...plan.facts, ...facts } });

/** The checks of §7 in their order, each with what breaks it. */
const CHECKS: readonly (readonly [code: string, broken: (plan: Plan) => Plan])[] = [
  ['CALLER_UNAUTHENTICATED', plan => withFacts(plan, { caller: undefined })],
  ['CUSTOMER_MISSING', plan => withRequest(plan, { customerTid: 0 })],
  ['CUSTOMER_SIGNATURE_MISSING', plan => withRequest(plan, { customerSignature: '' })],
  ['METADATA_TOO_LONG', plan => withRequest(plan, { metadata: 'ä'.repeat(513) })],
  ['POOL_MISSING', plan => withRequest(plan, { poolId: 0 })],
  ['REFERENCE_NOT_EMPTY', plan => withRequest(plan, { reference: 'r' })],
  ['INVALID_WORKLOAD', plan => withRequest(plan, { content: { type: 'volume', sizeGB: -1, diskType: 'ssd' } })],
  ['CALLER_NOT_CUSTOMER', plan => withFacts(plan, { caller: { tid: 12, actsForAll: false } })],
  ['CUSTOMER_UNKNOWN', plan => withFacts(plan, { customer: undefined })],
  ['CUSTOMER_SIGNATURE_INVALID', plan => withRequest(plan, { customerSignature: 'ab' })],
  ['POOL_NOT_FOUND', plan => withFacts(plan, { pool: undefined })],
  ['WORKLOAD_FORBIDDEN', plan => withFacts(plan, { pool: { owner: 12, nodeIds: [] } })],
  ['UNKNOWN_NODE', plan => withFacts(plan, { node: { capacity: undefined, isGone: true } })],
];

describe('the checks of a workload (§7)', () => {
  it('let a good one pass, with the rates that its hold takes', () => {
    expect(checked({})).toEqual({ nodeId: 'node-a', rates: [0, 333, 0], formulaVersion: 2 });
    expect(checked({ request: { metadata: 'ä'.repeat(512) }, facts: { node: undefined } }).rates).toEqual([0, 333, 0]);
  });

  it.each(CHECKS)('refuse with %s', (code, broken) => {
    expect(codeOf(() => checked(broken({})))).toBe(code);
  });

  const pairs = CHECKS.flatMap(([code, broken], index) =>
    CHECKS.slice(index + 1).map(([later, breaksLater]) => [code, later, (): Plan => broken(breaksLater({}))] as const),
  );

  it.each(pairs)('answer %s before %s', (code, _later, plan) => {
    expect(codeOf(() => checked(plan()))).toBe(code);
  });

  it('say whether it is the owner or the node, the owner first', () => {
    const causeOf = (pool: WorkloadFacts['pool']) => refusalOf(() => checked({ facts: { pool } }))?.metadata['cause'];
    expect(causeOf({ owner: 12, nodeIds: [] })).toBe('OWNER');
    expect(causeOf({ owner: 11, nodeIds: ['Node-a'] })).toBe('NODE');
  });

  it('let who acts for all ask for others, whose signature is still theirs', () => {
    const caller = { tid: undefined, actsForAll: true };
    expect(codeOf(() => checked({ facts: { caller } }))).toBeUndefined();
    expect(codeOf(() => checked({ facts: { caller }, request: { customerSignature: 'ab' } }))).toBe('CUSTOMER_SIGNATURE_INVALID');
  });
});

describe('machines of a size of their own (§8, D14)', () => {
  const machine = (cru: number, mru: number, sru: number): WorkloadContent => ({
    type: 'virtualMachine',
    size: -1,
    custom: { cru, mru, sru },
    name: 'vm',
    networkId: 'net',
    publicIp: 0,
    ip: '10.0.0.2',
    sshKeys: [],
  });
  const cluster: WorkloadContent = {
    type: 'kubernetes',
    size: -1,
    custom: { cru: 1, mru: 2, sru: 3 },
    clusterSecret: '',
    networkId: 'net',
    ip: '10.0.0.2',
    masterIps: [],
    sshKeys: [],
    publicIp: 0,
    datastoreEndpoint: '',
    disablesDefaultIngress: false,
  };

  it('fit on their node, or are refused', () => {
    expect(checked({ request: { content: machine(8, 32, 500) } }).rates).toEqual([4_000, 1_667, 0]);
    for (const content of [machine(9, 32, 500), machine(8, 32.5, 500), machine(8, 32, 501), machine(-1, 1, 1), machine(Number.NaN, 1, 1)]) {
      expect(codeOf(() => checked({ request: { content } }))).toBe('INVALID_WORKLOAD');
    }
  });

  it('are believed where nothing is known of the node', () => {
    expect(checked({ request: { content: machine(9, 64, 0) }, facts: { node: { capacity: undefined, isGone: false } } }).rates).toEqual([
      4_500, 0, 0,
    ]);
  });

  it('of a cluster take the cores and the memory of the node, and 50 GB', () => {
    expect(checked({ request: { content: cluster } }).rates).toEqual([4_000, 167, 0]);
    expect(checked({ request: { content: cluster }, facts: { node: undefined } }).rates).toEqual([500, 10, 0]);
  });

  it('do not exist in sizes of the table that there are not', () => {
    for (const size of [0, 19, -2, 1.5])
      expect(codeOf(() => checked({ request: { content: { ...cluster, size } } }))).toBe('INVALID_WORKLOAD');
  });
});

describe('what a node says of a workload (§7)', () => {
  const report = (result: WorkloadReport['result']) =>
    outcomeOf({ result, workloadId: 101, rates: [1_000, 0, 0], formulaVersion: 2, nodeId: 'node-a', at: T });

  it('makes it drain, or ends that', () => {
    expect(report('ok')).toEqual({
      command: { type: 'activate', workloadId: 101, rates: [1_000, 0, 0], formulaVersion: 2, nodeId: 'node-a', at: T },
      isToDelete: false,
    });
    expect(report('error')).toEqual({ command: { type: 'release', workloadId: 101, cause: 'failed', at: T }, isToDelete: true });
    expect(report('deleted')).toEqual({ command: { type: 'release', workloadId: 101, cause: 'deleted', at: T }, isToDelete: false });
  });
});
