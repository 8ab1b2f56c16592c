import { MemberState, PoolStatus, ReservationStatus, WorkloadResult } from '@drawdown/proto/capacity';
import type { EdgeClient, Outcome } from './edge-client.js';
import { EdgeWorld } from './edge-world.js';
import { EVERY_RPC, OTHER_POOL, POOL, rpcNamed, wholeRequest, type EveryRpc } from './every-rpc.js';
import { givenPools } from './given.js';

/** What any field of that name must not be, in whatever request it stands: the field that the refusal names, and values. */
const NEVER_RIGHT: Readonly<Record<string, { readonly field: string; readonly values: readonly unknown[] }>> = {
  requestId: { field: 'request_id', values: ['', 'x'.repeat(129), 'a\u0000b'] },
  requestTime: { field: 'request_time', values: [undefined, { seconds: -1, nanos: 0 }, { seconds: 0, nanos: 1_000_000_000 }] },
  at: { field: 'at', values: [-1, 253_402_300_800] },
  minPosition: { field: 'min_position', values: ['x'.repeat(65_537)] },
  pageSize: { field: 'page_size', values: [-1, 1_001] },
  pageToken: { field: 'page_token', values: ['x'.repeat(2_049), 'garbage', Buffer.from('{"no":"place"}').toString('base64url')] },
  poolId: { field: 'pool_id', values: [-1] },
  workloadId: { field: 'workload_id', values: [-1] },
  customerTid: { field: 'customer_tid', values: [-1] },
  tid: { field: 'tid', values: [-1] },
  reservationId: { field: 'reservation_id', values: [-1] },
  cause: { field: 'cause', values: ['x'.repeat(513)] },
  partition: { field: 'partition', values: [-1, 64] },
  projection: { field: 'projection', values: ['', 'sessions'] },
  sequence: { field: 'sequence', values: [0] },
  stream: { field: 'stream', values: ['', 'hits'] },
};

/** `cause` of a release is one of a few. */
const isText = (value: unknown): boolean => typeof value === 'string';

interface WrongField {
  readonly rpc: EveryRpc;
  readonly field: string;
  readonly name: string;
  readonly value: unknown;
}

const wrongFieldsOf = (rpc: EveryRpc): WrongField[] => {
  const request = wholeRequest(rpc.method, { ...rpc.request(), at: 1 });
  return Object.entries(NEVER_RIGHT).flatMap(([name, { field, values }]) => {
    if (!(name in request) || (name === 'cause' && !isText((request as Record<string, unknown>)['cause']))) return [];
    return values.map(value => ({ rpc, field, name, value }));
  });
};

describe('requests that are no requests', () => {
  let world: EdgeWorld;
  let operator: EdgeClient;
  beforeAll(async () => {
    world = await EdgeWorld.create();
    await givenPools(world.calls);
    operator = await world.client('acme', ['operator', 'capacity.backdate']);
  });
  afterAll(() => world.end());

  it('names the field that is wrong, in every RPC that has it', async () => {
    const wrong = EVERY_RPC.flatMap(wrongFieldsOf);
    expect(wrong.length).toBeGreaterThan(250);
    const outcomes = await Promise.all(
      wrong.map(async ({ rpc, name, value }) => {
        const { code, reason, violations } = await operator.call(rpc.method, { ...rpc.request(), [name]: value });
        return [rpc.name, name, code, reason, violations[0]?.field];
      }),
    );
    expect(outcomes).toEqual(wrong.map(({ rpc, name, field }) => [rpc.name, name, 'INVALID_ARGUMENT', 'VALIDATION', field]));
  });

  it('refuses bytes that are no message, in every RPC', async () => {
    // A field of the wrong wire type, and one that ends too early.
    for (const bytes of [Buffer.from([0x0d, 0x01]), Buffer.from([0x0a, 0x7f, 0x00])]) {
      const codes = await Promise.all(EVERY_RPC.map(async ({ name, method }) => [name, (await operator.callBytes(method, bytes)).code]));
      expect(codes).toEqual(EVERY_RPC.map(({ name }) => [name, 'INVALID_ARGUMENT']));
    }
  });

  it('refuses an id that no number can hold', async () => {
    const tooLarge = Buffer.from([0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
    const outcome = await operator.callBytes(rpcNamed('PoolsService/GetPool').method, tooLarge);
    expect(outcome).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'MALFORMED_REQUEST' });
  });
});

const amounts = (cu: string): object => ({ cu, su: '0', ipv4u: '0' });

/** What each request changes of the right one, and what it is told. */
const REFUSED: readonly (readonly [rpc: string, change: object, code: string, reason: string])[] = [
  ['PoolsService/GetPool', { poolId: 0 }, 'NOT_FOUND', 'POOL_NOT_FOUND'],
  ['PoolsService/GetPool', { poolId: 404 }, 'NOT_FOUND', 'POOL_NOT_FOUND'],
  ['PoolsService/StreamPools', { statuses: [PoolStatus.UNSPECIFIED] }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['PoolsService/StreamPools', { statuses: [99] }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['PoolsService/ListPoolMembers', { states: [MemberState.UNSPECIFIED] }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['PoolsService/ListPoolMembers', { poolId: 404 }, 'NOT_FOUND', 'POOL_NOT_FOUND'],
  ['PoolsService/ListPoolSegments', { poolId: 404 }, 'NOT_FOUND', 'POOL_NOT_FOUND'],
  ['PoolsService/ExplainPool', { contributionsMax: 1_001 }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['PoolsService/ForecastPool', { plan: [{ at: -1 }] }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['PoolsService/WhatIf', { command: undefined }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['PoolCommandsService/SetPolicy', { policy: undefined }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['PoolCommandsService/SetPolicy', { policy: { graceSeconds: -1 } }, 'INVALID_ARGUMENT', 'INVALID_POLICY'],
  ['PoolCommandsService/SetPolicy', { policy: { thresholds: { sharesPercent: [100] } } }, 'INVALID_ARGUMENT', 'INVALID_POLICY'],
  ['PoolCommandsService/SetPolicy', { policy: { lendingLimit: amounts('-1') } }, 'INVALID_ARGUMENT', 'INVALID_AMOUNT'],
  ['PoolCommandsService/PauseWorkload', { workloadId: 404 }, 'NOT_FOUND', 'WORKLOAD_NOT_FOUND'],
  ['PoolCommandsService/ChangeNodes', { added: ['nowhere'] }, 'FAILED_PRECONDITION', 'UNKNOWN_NODE'],
  ['PoolCommandsService/ChangeNodes', { added: [''] }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['PoolCommandsService/ChangeNodes', { added: [], removed: ['node-a'] }, 'INVALID_ARGUMENT', 'NODES_MISSING'],
  ['PoolCommandsService/TransferCapacity', { amounts: undefined }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['PoolCommandsService/TransferCapacity', { amounts: amounts('-1000') }, 'INVALID_ARGUMENT', 'INVALID_AMOUNT'],
  ['PoolCommandsService/TransferCapacity', { amounts: amounts('1') }, 'INVALID_ARGUMENT', 'INVALID_AMOUNT'],
  ['PoolCommandsService/TransferCapacity', { toPoolId: POOL }, 'FAILED_PRECONDITION', 'TRANSFER_TO_ITSELF'],
  ['PoolCommandsService/RefundCapacity', { what: undefined }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['PoolCommandsService/RefundCapacity', { what: { $case: 'everything', value: false } }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['PoolCommandsService/RefundCapacity', { what: { $case: 'amounts', value: amounts('-1000') } }, 'INVALID_ARGUMENT', 'INVALID_AMOUNT'],
  ['PoolCommandsService/SetBorrowing', { limit: undefined }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['PoolCommandsService/SetBorrowing', { limit: amounts('-1') }, 'INVALID_ARGUMENT', 'INVALID_AMOUNT'],
  ['PoolCommandsService/RebasePool', { formulaVersion: 0 }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['PoolCommandsService/RebasePool', { workloads: [{ workloadId: 1, rates: amounts('-1') }] }, 'INVALID_ARGUMENT', 'INVALID_AMOUNT'],
  ['ReservationsService/CreateReservation', { dataReservation: undefined }, 'INVALID_ARGUMENT', 'REQUEST_UNREADABLE'],
  ['ReservationsService/GetReservation', { reservationId: 404 }, 'NOT_FOUND', 'RESERVATION_NOT_FOUND'],
  ['ReservationsService/ListReservations', { statuses: [ReservationStatus.UNSPECIFIED] }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['WorkloadsService/AdmitWorkload', { workload: undefined }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['WorkloadsService/AdmitWorkload', { workload: { poolId: POOL } }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['WorkloadsService/AdmitWorkload', { holdTtlSeconds: 86_401 }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['WorkloadsService/AdmitWorkload', { period: { $case: 'horizonSeconds', value: -1 } }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['WorkloadsService/AdmitWorkload', { period: { $case: 'runForSeconds', value: 0 } }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['WorkloadsService/AdmitWorkloads', { workloads: [] }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['WorkloadsService/CheckCapacity', { workload: undefined }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['WorkloadsService/CheckCapacity', { workload: { kind: undefined } }, 'INVALID_ARGUMENT', 'VALIDATION'],
  [
    'WorkloadsService/CheckCapacity',
    { workload: { kind: { $case: 'virtualMachine', value: { size: 19 } } } },
    'INVALID_ARGUMENT',
    'INVALID_WORKLOAD',
  ],
  [
    'WorkloadsService/CheckCapacity',
    { workload: { kind: { $case: 'volume', value: { sizeGb: 10 } } } },
    'INVALID_ARGUMENT',
    'INVALID_WORKLOAD',
  ],
  ['WorkloadsService/ReportWorkload', { result: WorkloadResult.UNSPECIFIED }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['WorkloadsService/ReportWorkload', { result: 99 }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['WorkloadsService/ReportWorkload', { poolId: 404 }, 'NOT_FOUND', 'POOL_NOT_FOUND'],
  ['WorkloadsService/ReportWorkload', { workloadId: 404, workload: undefined }, 'NOT_FOUND', 'WORKLOAD_NOT_FOUND'],
  ['DirectoryService/RegisterParty', { party: undefined }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['DirectoryService/RegisterParty', { party: { tid: 99, publicKey: 'zz' } }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['DirectoryService/RegisterParty', { party: { tid: 0, publicKey: '0'.repeat(64) } }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['DirectoryService/UpdateParty', { party: { tid: 404, publicKey: '0'.repeat(64) } }, 'NOT_FOUND', 'PARTY_UNKNOWN'],
  ['DirectoryService/DepositFunds', { funds: { asset: 'TFT:ISSUER', amount: '0' } }, 'INVALID_ARGUMENT', 'INVALID_AMOUNT'],
  ['DirectoryService/DepositFunds', { funds: { asset: 'TFT:ISSUER', amount: '-1' } }, 'INVALID_ARGUMENT', 'INVALID_AMOUNT'],
  ['DirectoryService/DepositFunds', { funds: { asset: '', amount: '1' } }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['DirectoryService/RegisterNode', { node: { nodeId: 'node-z', farmId: 404 } }, 'NOT_FOUND', 'FARM_UNKNOWN'],
  ['DirectoryService/RegisterNode', { node: { nodeId: '', farmId: 1 } }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['DirectoryService/GetNode', { nodeId: 'nowhere' }, 'NOT_FOUND', 'NODE_NOT_FOUND'],
  ['DirectoryService/UnregisterNode', { nodeId: 'nowhere' }, 'NOT_FOUND', 'NODE_NOT_FOUND'],
  ['DirectoryService/RegisterFarm', { farm: { farmId: 0 } }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['DirectoryService/RegisterFarm', { farm: { farmId: 77, prices: { cu: -1, su: 0, ipv4u: 0 } } }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['DirectoryService/GetFarm', { farmId: 404 }, 'NOT_FOUND', 'FARM_UNKNOWN'],
  ['OperationsService/CheckDue', { target: undefined }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['OperationsService/CheckDue', { target: { $case: 'partition', value: 64 } }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['OperationsService/CheckDue', { target: { $case: 'pool', value: { poolId: POOL } } }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['OperationsService/ListOverdue', { longerThanSeconds: -1 }, 'INVALID_ARGUMENT', 'VALIDATION'],
  ['OperationsService/SetAsideMessage', { reason: '' }, 'INVALID_ARGUMENT', 'VALIDATION'],
];

describe('requests that make no sense', () => {
  let world: EdgeWorld;
  let operator: EdgeClient;
  beforeAll(async () => {
    world = await EdgeWorld.create();
    await givenPools(world.calls);
    operator = await world.client('acme', ['operator', 'capacity.backdate']);
  });
  afterAll(() => world.end());

  const balances = async (): Promise<unknown[]> => {
    const { method } = rpcNamed('PoolsService/GetPool');
    const settledAt = Math.floor(Date.now() / 1_000) + 60;
    const pools = await Promise.all(
      [POOL, OTHER_POOL].map(poolId => operator.call(method, wholeRequest(method, { poolId, settledAt, withWorkloadIds: true }))),
    );
    return pools.map(({ answer }) => ({ ...(answer as { readonly pool: object }).pool, lastUpdated: 0 }));
  };

  it.each(REFUSED)('%s %j: %s %s, and nothing is changed', async (name, change, code, reason) => {
    const rpc = rpcNamed(name);
    const before = await balances();
    const outcome: Outcome = await operator.call(rpc.method, wholeRequest(rpc.method, { ...rpc.request(), ...change }));
    expect({ code: outcome.code, reason: outcome.reason }).toEqual({ code, reason });
    expect(await balances()).toEqual(before);
  });

  it('knows no time to come, and none before the last', async () => {
    const { method, request } = rpcNamed('PoolCommandsService/PausePool');
    const future = await operator.call(method, { ...request(), at: 4_000_000_000 });
    expect(future).toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'AT_IN_FUTURE' });
    const past = await operator.call(method, { ...request(), at: 1 });
    expect(past).toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'AT_TOO_OLD' });
  });
});
