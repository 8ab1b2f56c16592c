import { randomUUID } from 'node:crypto';
import * as contract from '@drawdown/proto/capacity';
import { WorkloadResult } from '@drawdown/proto/capacity';
import { SERVICES } from './edge-world.js';
import type { AnyMethod } from './edge-client.js';

/** Things that are there before the tests begin. */
export const POOL = 7;
export const OTHER_POOL = 8;
export const OWNER = 11;
export const FARM = 1;
export const NODE = 'node-a';
export const OTHER_NODE = 'node-b';
export const RESERVATION = 5;

/** Who may make a call, besides whoever has one of its roles (capacity §6.2). */
export type Besides = 'nobody' | 'the owner' | 'everybody';

/** What an RPC demands. */
interface Demand {
  readonly roles: readonly string[];
  readonly besides: Besides;
  /** What a caller of another namespace is told: exactly what is told of nothing. Absent: the call is about nothing that is there. */
  readonly foreign?: string;
  /** A request that is as it should be, in part. */
  readonly request: () => object;
}

/** One RPC of the contract. */
export interface EveryRpc extends Demand {
  readonly name: string;
  readonly method: AnyMethod;
}

const READ = ['viewer', 'payer', 'deployer', 'operator'];
const PAY = ['payer', 'operator'];
const DEPLOY = ['deployer', 'operator'];
const MANAGE = ['operator'];

const POOL_NOT_FOUND = 'POOL_NOT_FOUND';

const nowSeconds = (): number => Math.floor(Date.now() / 1_000);
const amounts = (cu: string): object => ({ cu, su: '0', ipv4u: '0' });
const resources = { kind: { $case: 'resources', value: { cru: 2, mru: 4, sru: 0, hru: 0, ipv4u: 0 } } };
const signed = { workloadId: 1, poolId: POOL, nodeId: NODE, customerTid: OWNER, customerSignature: 'ab', workload: resources };

const command =
  (message: object = {}) =>
  (): object => ({
    requestId: randomUUID(),
    requestTime: { seconds: nowSeconds(), nanos: 0 },
    ...message,
  });
const asked =
  (message: object = {}) =>
  (): object =>
    message;

const aboutPool = { poolId: POOL };
const onPool = (roles: readonly string[], request: () => object): Demand => ({
  roles,
  besides: 'the owner',
  foreign: POOL_NOT_FOUND,
  request,
});
const byRole = (roles: readonly string[], request: () => object, foreign?: string): Demand => ({
  roles,
  besides: 'nobody',
  request,
  ...(foreign === undefined ? {} : { foreign }),
});

/** What is there and what is not is for the flow behind the edge to say. */
const byFlow = (roles: readonly string[], request: () => object): Demand => ({ roles, besides: 'the owner', request });

/** By the name of the RPC in its service. */
const DEMANDS: Readonly<Record<string, Demand>> = {
  'PoolsService/GetPool': onPool(READ, asked(aboutPool)),
  'PoolsService/StreamPools': byRole(READ, asked()),
  'PoolsService/ListPoolsByOwner': { roles: READ, besides: 'the owner', request: asked({ customerTid: OWNER }) },
  'PoolsService/ListExpiredPools': byRole(READ, asked()),
  'PoolsService/GetNextExpiringPool': byRole(READ, asked()),
  'PoolsService/ListPoolMembers': onPool(READ, asked(aboutPool)),
  'PoolsService/ListPoolSegments': onPool(READ, asked(aboutPool)),
  'PoolsService/ExplainPool': onPool(READ, asked(aboutPool)),
  'PoolsService/ForecastPool': onPool(READ, asked(aboutPool)),
  'PoolsService/WhatIf': onPool(READ, asked({ ...aboutPool, command: { $case: 'credit', value: amounts('1000') } })),

  'PoolCommandsService/SetPolicy': onPool(MANAGE, command({ ...aboutPool, policy: { graceSeconds: 60 } })),
  'PoolCommandsService/PausePool': onPool(MANAGE, command(aboutPool)),
  'PoolCommandsService/ResumePool': onPool(MANAGE, command(aboutPool)),
  'PoolCommandsService/PauseWorkload': onPool(DEPLOY, command({ ...aboutPool, workloadId: 1 })),
  'PoolCommandsService/ResumeWorkload': onPool(DEPLOY, command({ ...aboutPool, workloadId: 1 })),
  'PoolCommandsService/ChangeNodes': onPool(MANAGE, command({ ...aboutPool, added: [OTHER_NODE] })),
  'PoolCommandsService/ClosePool': onPool(MANAGE, command({ poolId: OTHER_POOL })),
  'PoolCommandsService/TransferCapacity': onPool(PAY, command({ ...aboutPool, toPoolId: OTHER_POOL, amounts: amounts('1000') })),
  'PoolCommandsService/MergePools': onPool(MANAGE, command({ poolId: OTHER_POOL, intoPoolId: POOL })),
  'PoolCommandsService/SplitPool': byFlow(MANAGE, command({ ...aboutPool, amounts: amounts('1000') })),
  'PoolCommandsService/RefundCapacity': onPool(PAY, command({ ...aboutPool, what: { $case: 'everything', value: true } })),
  'PoolCommandsService/SetBorrowing': onPool(MANAGE, command({ ...aboutPool, parentPoolId: OTHER_POOL, limit: amounts('1000') })),
  'PoolCommandsService/TransferOwnership': onPool(
    MANAGE,
    command({ ...aboutPool, toTid: 12, json: '{}', ownerSignature: 'ab', successorSignature: 'ab' }),
  ),
  'PoolCommandsService/RebasePool': byRole(MANAGE, command({ ...aboutPool, formulaVersion: 2 }), POOL_NOT_FOUND),

  'ReservationsService/CreateReservation': {
    roles: [],
    besides: 'everybody',
    request: command({ customerTid: OWNER, dataReservation: { poolId: '0' } }),
  },
  'ReservationsService/GetReservation': {
    roles: READ,
    besides: 'the owner',
    foreign: 'RESERVATION_NOT_FOUND',
    request: asked({ reservationId: RESERVATION }),
  },
  'ReservationsService/ListReservations': { roles: READ, besides: 'the owner', request: asked({ customerTid: OWNER }) },
  'ReservationsService/ReportPayment': byRole(MANAGE, command({ reservationId: RESERVATION, received: '1' }), 'RESERVATION_NOT_FOUND'),
  'ReservationsService/PayReservation': byFlow(PAY, command({ reservationId: RESERVATION })),

  'WorkloadsService/AdmitWorkload': { roles: [], besides: 'everybody', request: command({ workload: signed }) },
  'WorkloadsService/AdmitWorkloads': { roles: [], besides: 'everybody', request: command({ workloads: [signed] }) },
  'WorkloadsService/ReplaceWorkload': { roles: [], besides: 'everybody', request: command({ workload: signed, replacedWorkloadId: 2 }) },
  'WorkloadsService/CheckCapacity': onPool(READ, asked({ ...aboutPool, workload: resources })),
  'WorkloadsService/ReleaseWorkload': onPool(DEPLOY, command({ ...aboutPool, workloadId: 1 })),
  'WorkloadsService/ReportWorkload': byRole(
    DEPLOY,
    command({ ...aboutPool, workloadId: 1, result: WorkloadResult.OK, workload: resources }),
    POOL_NOT_FOUND,
  ),
  'WorkloadsService/StreamReports': byRole(DEPLOY, command({ ...aboutPool, workloadId: 1, result: WorkloadResult.DELETED })),
  'WorkloadsService/MoveWorkload': byFlow(DEPLOY, command({ workloadId: 1, fromPoolId: POOL, toPoolId: OTHER_POOL })),

  'DirectoryService/RegisterParty': byRole(MANAGE, command({ party: { tid: 99, publicKey: '0'.repeat(64) } })),
  'DirectoryService/UpdateParty': byRole(MANAGE, command({ party: { tid: OWNER, publicKey: '0'.repeat(64) } }), 'PARTY_UNKNOWN'),
  'DirectoryService/GetParty': { roles: READ, besides: 'the owner', foreign: 'PARTY_UNKNOWN', request: asked({ tid: OWNER }) },
  'DirectoryService/ListParties': byRole(READ, asked()),
  'DirectoryService/DepositFunds': byRole(MANAGE, command({ tid: OWNER, funds: { asset: 'TFT:ISSUER', amount: '1' } }), 'PARTY_UNKNOWN'),
  'DirectoryService/RegisterNode': byRole(MANAGE, command({ node: { nodeId: 'node-z', farmId: FARM } }), 'FARM_UNKNOWN'),
  'DirectoryService/UpdateNode': byRole(MANAGE, command({ node: { nodeId: NODE, farmId: FARM } }), 'FARM_UNKNOWN'),
  'DirectoryService/UnregisterNode': byRole(MANAGE, command({ nodeId: NODE }), 'NODE_NOT_FOUND'),
  'DirectoryService/GetNode': byRole(READ, asked({ nodeId: OTHER_NODE }), 'NODE_NOT_FOUND'),
  'DirectoryService/ListNodes': byRole(READ, asked()),
  'DirectoryService/RegisterFarm': byRole(MANAGE, command({ farm: { farmId: 77 } })),
  'DirectoryService/UpdateFarm': byRole(MANAGE, command({ farm: { farmId: FARM } }), 'FARM_UNKNOWN'),
  'DirectoryService/GetFarm': byRole(READ, asked({ farmId: FARM }), 'FARM_UNKNOWN'),
  'DirectoryService/ListFarms': byRole(READ, asked()),

  'OperationsService/ListPartitions': byRole(MANAGE, asked()),
  'OperationsService/ListOverdue': byRole(MANAGE, asked()),
  'OperationsService/CheckDue': byRole(MANAGE, asked({ target: { $case: 'partition', value: 0 } })),
  'OperationsService/AuditProjection': byRole(MANAGE, asked({ projection: 'capacity' })),
  'OperationsService/RepairProjection': byRole(MANAGE, asked({ projection: 'capacity' })),
  'OperationsService/Rebuild': byRole(MANAGE, asked({ projection: 'capacity' })),
  'OperationsService/ListDeadLetters': byRole(MANAGE, asked()),
  'OperationsService/ReplayDeadLetter': byRole(MANAGE, asked({ sequence: 1 })),
  'OperationsService/SetAsideMessage': byRole(MANAGE, command({ stream: 'capacity', sequence: 1, reason: 'damaged' })),
  'OperationsService/TakeBackMessage': byRole(MANAGE, command({ stream: 'capacity', sequence: 1 })),
};

interface Making {
  fromPartial(message: object): object;
}

/** A message of the contract out of its parts; the request of an RPC bears its name. */
export const wholeRequest = (method: AnyMethod, message: object): object => {
  const name = `${method.path.slice(method.path.lastIndexOf('/') + 1)}Request`;
  return (contract as unknown as Readonly<Record<string, Making>>)[name]?.fromPartial(message) ?? message;
};

/** Every RPC that the contract has. @throws Error for one of which it is not said here what it demands */
export const EVERY_RPC: readonly EveryRpc[] = SERVICES.flatMap(service =>
  Object.values(service).map(served => {
    // The services are listed by what they have in common; each is one that is generated.
    const method = served as unknown as AnyMethod;
    const name = method.path.slice('/drawdown.capacity.v1.'.length);
    const demand = DEMANDS[name];
    if (demand === undefined) throw new Error(`nobody has said what ${name} demands`);
    return { ...demand, name, method, request: () => wholeRequest(method, demand.request()) };
  }),
);

/** One of them. */
export const rpcNamed = (name: string): EveryRpc => {
  const found = EVERY_RPC.find(rpc => rpc.name === name);
  if (found === undefined) throw new Error(`there is no RPC ${name}`);
  return found;
};
