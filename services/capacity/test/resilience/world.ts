import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import {
  DirectoryServiceService,
  PoolsServiceService,
  ReservationsServiceService,
  WorkloadsServiceService,
  WorkloadResult,
  type Pool,
} from '@drawdown/proto/capacity';
import { mayBeRepeated, type Method, type ServiceClient } from '@drawdown/testing';
import { purchaseText, workloadDigest } from '../../src/domain/index.js';

/** What a purchase of a test is made of. */
export interface Bought {
  readonly reservationId: number;
  readonly poolId: number;
}

const NODES = ['node-1', 'node-2', 'node-3'];
const ASSET = 'TFT:LEDGER';
const REPEAT_MS = 50;

const stamp = (): { readonly seconds: number; readonly nanos: number } => {
  const nowMs = Date.now();
  return { seconds: Math.floor(nowMs / 1_000), nanos: (nowMs % 1_000) * 1_000_000 };
};

/** A customer with money who buys pools and runs workloads on them; every call is repeated, with its id, until somebody answers. */
export class World {
  readonly #key: KeyObject;
  readonly #publicKey: string;
  #calls = 0;

  constructor(
    private readonly client: () => ServiceClient,
    readonly tid = 11,
  ) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    this.#key = privateKey;
    this.#publicKey = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex');
  }

  /** Registers the customer with money, a farm and its nodes. */
  async prepare(): Promise<void> {
    await this.register();
    await this.deposit();
    await this.call(DirectoryServiceService.registerFarm, {
      ...this.identity(),
      farm: { farmId: 1, payouts: [{ currency: 'TFT', address: 'farm-1' }], prices: undefined, agreedPrices: [] },
    });
    for (const nodeId of NODES) {
      await this.call(DirectoryServiceService.registerNode, {
        ...this.identity(),
        node: { nodeId, farmId: 1, freeToUse: false, capacity: undefined },
      });
    }
  }

  /** Registers the customer alone, who cannot pay for anything yet. */
  async register(): Promise<void> {
    const party = { tid: this.tid, publicKey: this.#publicKey, trustedChannel: false };
    await this.call(DirectoryServiceService.registerParty, { ...this.identity(), party });
  }

  /** Gives the customer more money than any test spends. */
  async deposit(): Promise<void> {
    const funds = { asset: ASSET, amount: '9000000000000000' };
    await this.call(DirectoryServiceService.depositFunds, { ...this.identity(), tid: this.tid, funds });
  }

  /** Buys capacity, in whole unit-seconds; pays, and returns when the pool has it. @param poolId 0 for a new pool */
  async buy(poolId: number, cus: number, sus = 0, nodeIds: readonly string[] = NODES): Promise<Bought> {
    const ordered = await this.order(poolId, cus, sus, nodeIds);
    await this.pay(ordered.reservationId);
    return ordered;
  }

  /** The same without paying. */
  async order(poolId: number, cus: number, sus = 0, nodeIds: readonly string[] = NODES): Promise<Bought> {
    const data = { poolId, unitSeconds: [BigInt(cus), BigInt(sus), 0n] as const, nodeIds, currencies: ['TFT'] };
    const notAfter = Math.floor(Date.now() / 1_000) + 3_600;
    const json = purchaseText(data, { customerTid: this.tid, sponsorTid: 0, nonce: randomBytes(16).toString('hex'), notAfter });
    const created = await this.call(ReservationsServiceService.createReservation, {
      ...this.identity(),
      json,
      dataReservation: {
        poolId: String(poolId),
        cus: String(cus),
        sus: String(sus),
        ipv4us: '0',
        nodeIds: { values: [...nodeIds] },
        currencies: { values: ['TFT'] },
      },
      customerTid: this.tid,
      customerSignature: sign(null, Buffer.from(json), this.#key).toString('hex'),
      sponsorTid: 0,
      sponsorSignature: '',
    });
    return { reservationId: created.reservationId, poolId: created.poolId };
  }

  async pay(reservationId: number): Promise<void> {
    await this.call(ReservationsServiceService.payReservation, { ...this.identity(), reservationId });
  }

  /** The workload runs, with these rates in milliunits. */
  async activate(poolId: number, workloadId: number, mCU: number): Promise<string> {
    const cores = mCU / 500;
    const { position } = await this.call(WorkloadsServiceService.reportWorkload, {
      ...this.identity(),
      poolId,
      workloadId,
      nodeId: NODES[0] ?? '',
      result: WorkloadResult.OK,
      workload: { kind: { $case: 'resources', value: { cru: cores, mru: cores * 2, sru: 0, hru: 0, ipv4u: 0 } } },
      priority: 0,
    });
    return position;
  }

  /** Asks for room for a workload that runs for a given time: so much of the balance is kept for it. @throws ServiceError when there is none */
  async admit(poolId: number, workloadId: number, mCU: number, runForSeconds: number): Promise<string> {
    const cru = mCU / 500;
    const epoch = Math.floor(Date.now() / 1_000);
    const resources = { cru, mru: cru * 2, sru: 0, hru: 0, ipv4u: 0 };
    const nodeId = NODES[0] ?? '';
    const unsigned = { workloadId, poolId, nodeId, customerTid: this.tid, reference: '', epoch, description: '', metadata: '' };
    const digest = workloadDigest({ ...unsigned, content: { type: 'resources', resources } });
    const { position } = await this.call(WorkloadsServiceService.admitWorkload, {
      ...this.identity(),
      workload: {
        ...unsigned,
        workload: { kind: { $case: 'resources', value: resources } },
        customerSignature: sign(null, digest, this.#key).toString('hex'),
      },
      period: { $case: 'runForSeconds', value: runForSeconds },
      holdTtlSeconds: 0,
    });
    return position;
  }

  async release(poolId: number, workloadId: number): Promise<string> {
    const { position } = await this.call(WorkloadsServiceService.reportWorkload, {
      ...this.identity(),
      poolId,
      workloadId,
      nodeId: NODES[0] ?? '',
      result: WorkloadResult.DELETED,
      workload: undefined,
      priority: 0,
    });
    return position;
  }

  async pool(poolId: number, minPosition = ''): Promise<Pool> {
    const { pool } = await this.call(PoolsServiceService.getPool, { poolId, withWorkloadIds: false, minPosition });
    if (pool === undefined) throw new Error('an answer without a pool');
    return pool;
  }

  identity(): {
    readonly requestId: string;
    readonly requestTime: { readonly seconds: number; readonly nanos: number };
    readonly at: undefined;
  } {
    this.#calls += 1;
    return { requestId: `${this.tid}-${this.#calls}-${randomBytes(4).toString('hex')}`, requestTime: stamp(), at: undefined };
  }

  async call<Request, Answer>(method: Method<Request, Answer>, request: Request): Promise<Answer> {
    for (;;) {
      try {
        return await this.client().call(method, request);
      } catch (error) {
        if (!mayBeRepeated(error)) throw error;
        await new Promise(resolve => setTimeout(resolve, REPEAT_MS));
      }
    }
  }
}
