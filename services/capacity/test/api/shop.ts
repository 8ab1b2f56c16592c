import { randomBytes, randomUUID } from 'node:crypto';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { readErrorDetails, type ErrorDetails } from '@drawdown/grpc';
import {
  DirectoryServiceService as Directory,
  ReservationsServiceService as Reservations,
  ReservationStatus,
  WorkloadResult,
  WorkloadsServiceService as Workloads,
} from '@drawdown/proto/capacity';
import { eventually, type Method, type ServiceProcess, type TestDeployment } from '@drawdown/testing';
import { purchaseText, workloadDigest } from '../../src/domain/index.js';
import { wholeRequest } from './every-rpc.js';
import type { AnyMethod } from './edge-client.js';
import { publicKeyOf, signedBy } from './keys.js';

const CALL_MS = 20_000;
const TOKEN_SECONDS = 3_600;
const NODES = ['node-a', 'node-b'];

/** What a purchase is about; the rest is as it should be. */
export interface Wanted {
  readonly cus: number;
  readonly poolId?: number;
  readonly nodeIds?: readonly string[];
  readonly currencies?: readonly string[];
  readonly nonce?: string;
  readonly lifeSeconds?: number;
}

type Refused = ErrorDetails & { readonly code: string };

const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

/** Two customers with money, a farm with nodes, and somebody who asks for things, in one namespace. */
export class Shop {
  readonly otherTid: number;

  private constructor(
    private readonly deployment: TestDeployment,
    readonly replica: ServiceProcess,
    private readonly namespace: string,
    readonly tid: number,
    private readonly channel: Client,
    private readonly metadata: Metadata,
  ) {
    this.otherTid = tid + 1;
  }

  static async open(deployment: TestDeployment, replica: ServiceProcess, namespace: string, tid = 11): Promise<Shop> {
    const shop = await Shop.#of(deployment, replica, namespace, tid, ['operator'], 'operator');
    await shop.#furnish();
    return shop;
  }

  /** The same shop for somebody else. */
  as(roles: readonly string[], subject: string): Promise<Shop> {
    return Shop.#of(this.deployment, this.replica, this.namespace, this.tid, roles, subject);
  }

  static async #of(
    deployment: TestDeployment,
    replica: ServiceProcess,
    namespace: string,
    tid: number,
    roles: readonly string[],
    subject: string,
  ): Promise<Shop> {
    const token = await deployment.signer.issue({ namespace, roles, subject, lifetimeSeconds: TOKEN_SECONDS });
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${token}`);
    const channel = new Client(replica.address, credentials.createInsecure());
    return new Shop(deployment, replica, namespace, tid, channel, metadata);
  }

  async #furnish(): Promise<void> {
    const farmId = this.tid;
    await this.send(Directory.registerFarm, { farm: { farmId, payouts: [{ currency: 'TFT', address: 'farm' }] } });
    for (const nodeId of NODES) await this.send(Directory.registerNode, { node: { nodeId: this.#nodeId(nodeId), farmId } });
    for (const tid of [this.tid, this.otherTid]) {
      await this.send(Directory.registerParty, { party: { tid, publicKey: publicKeyOf(tid) } });
      await this.send(Directory.depositFunds, { tid, funds: { asset: 'TFT:LEDGER', amount: '9000000000000' } });
    }
  }

  /** Ids of nodes are of all namespaces: those of other shops bear their tid. */
  #nodeId(name: string): string {
    return this.tid === 11 ? name : `${name}-${this.tid}`;
  }

  /** Identity and time of a command that nobody has given before. */
  command(): { readonly requestId: string; readonly requestTime: { readonly seconds: number; readonly nanos: number } } {
    return { requestId: randomUUID(), requestTime: { seconds: nowSeconds(), nanos: 0 } };
  }

  /** A signed purchase. */
  purchase({ cus, poolId = 0, nodeIds, currencies = ['TFT'], nonce, lifeSeconds = 60 }: Wanted): object {
    const nodes = nodeIds ?? NODES.map(name => this.#nodeId(name));
    const data = { poolId, unitSeconds: [BigInt(cus), 0n, 0n], nodeIds: nodes, currencies } as const;
    const binding = {
      customerTid: this.tid,
      sponsorTid: 0,
      nonce: nonce ?? randomBytes(16).toString('hex'),
      notAfter: nowSeconds() + lifeSeconds,
    };
    const json = purchaseText(data, binding);
    return {
      json,
      dataReservation: { poolId: String(poolId), cus: String(cus), nodeIds: { values: nodes }, currencies: { values: currencies } },
      customerTid: this.tid,
      customerSignature: signedBy(this.tid, json),
    };
  }

  /** A signed workload of one CU. */
  workload(poolId: number, workloadId: number, change: { readonly nodeId?: string; readonly customerTid?: number } = {}): object {
    const { nodeId = this.#nodeId('node-a'), customerTid = this.tid } = change;
    const resources = { cru: 2, mru: 4, sru: 0, hru: 0, ipv4u: 0 };
    const unsigned = { workloadId, poolId, nodeId, customerTid, reference: '', epoch: nowSeconds(), description: '', metadata: '' };
    const digest = workloadDigest({ ...unsigned, content: { type: 'resources', resources } });
    const workload = { kind: { $case: 'resources', value: resources } };
    return { ...unsigned, workload, customerSignature: signedBy(customerTid, digest) };
  }

  /** A pool that is paid. @returns its number */
  async pool(wanted: Wanted): Promise<number> {
    const { reservationId, poolId } = await this.send(Reservations.createReservation, this.purchase(wanted));
    await this.send(Reservations.payReservation, { reservationId });
    await this.until('the credit', async () => {
      const { reservation } = await this.ask(Reservations.getReservation, { reservationId });
      return reservation?.status === ReservationStatus.SETTLED;
    });
    return poolId;
  }

  /** A workload of one CU runs. @returns position of that */
  async run(poolId: number, workloadId: number): Promise<string> {
    const workload = { kind: { $case: 'resources', value: { cru: 2, mru: 4 } } };
    const report = { poolId, workloadId, nodeId: this.#nodeId('node-a'), result: WorkloadResult.OK, workload };
    return (await this.send(Workloads.reportWorkload, report)).position;
  }

  /** A command, with an id and a time of its own. */
  send<Request, Answer>(method: Method<Request, Answer>, message: object): Promise<Answer> {
    return this.call(method, { ...this.command(), ...message });
  }

  /** A question. */
  ask<Request, Answer>(method: Method<Request, Answer>, message: object): Promise<Answer> {
    return this.call(method, message);
  }

  call<Request, Answer>(method: Method<Request, Answer>, message: object): Promise<Answer> {
    const { path, requestSerialize, responseDeserialize } = method;
    const request = wholeRequest(method as unknown as AnyMethod, message) as Request;
    return new Promise((resolve, reject) =>
      this.channel.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, this.metadata, deadline(), (error, answer) =>
        error === null ? resolve(answer as Answer) : reject(error),
      ),
    );
  }

  /** All answers of a stream. */
  collect<Request, Answer>(method: Method<Request, Answer>, message: object): Promise<Answer[]> {
    const { path, requestSerialize, responseDeserialize } = method;
    const request = wholeRequest(method as unknown as AnyMethod, message) as Request;
    return answersOf(this.channel.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, this.metadata, deadline()));
  }

  /** All answers to a stream of commands. */
  sendAll<Request, Answer>(method: Method<Request, Answer>, messages: readonly object[]): Promise<Answer[]> {
    const { path, requestSerialize, responseDeserialize } = method;
    const stream = this.channel.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, this.metadata, deadline());
    const answers = answersOf<Answer>(stream);
    for (const message of messages) {
      stream.write(wholeRequest(method as unknown as AnyMethod, { ...this.command(), ...message }) as Request);
    }
    stream.end();
    return answers;
  }

  /** A command that is expected to fail; fails the test when it does not. */
  refused<Request, Answer>(method: Method<Request, Answer>, message: object): Promise<Refused> {
    return refusalOf(this.send(method, message));
  }

  refusedAsIs<Request, Answer>(method: Method<Request, Answer>, message: object): Promise<Refused> {
    return refusalOf(this.call(method, message));
  }

  refusedAsk<Request, Answer>(method: Method<Request, Answer>, message: object): Promise<Refused> {
    return refusalOf(this.call(method, message));
  }

  until(what: string, holds: () => Promise<boolean>): Promise<boolean> {
    return eventually(what, holds);
  }
}

const deadline = (): { readonly deadline: number } => ({ deadline: Date.now() + CALL_MS });

const answersOf = <Answer>(stream: NodeJS.EventEmitter): Promise<Answer[]> =>
  new Promise((resolve, reject) => {
    const answers: Answer[] = [];
    stream
      .on('data', (answer: Answer) => answers.push(answer))
      .on('error', reject)
      .on('end', () => resolve(answers));
  });

const refusalOf = async (call: Promise<unknown>): Promise<Refused> => {
  try {
    await call;
  } catch (error) {
    const { code, metadata } = error as ServiceError;
    return { code: status[code], ...readErrorDetails(metadata) };
  }
  throw new Error('the call was expected to be refused');
};
