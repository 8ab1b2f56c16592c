import assert from 'node:assert/strict';
import { newRequestIdentity, newSigner, signPurchase, type DrawdownClient, type Signer } from '@drawdown/cli';
import { DirectoryServiceService, ReservationsServiceService } from '@drawdown/proto/capacity';

const CURRENCY = 'TFT';
const SIGNATURE_SECONDS = 3_600;
const MS_PER_SECOND = 1_000;

/** Somebody who buys capacity on a service that asks for no money: every purchase is signed, numbered, recorded and credited all the same. */
export class Shop {
  private constructor(
    private readonly client: DrawdownClient,
    private readonly tid: number,
    private readonly signer: Signer,
    private readonly nodeId: string,
  ) {}

  static async open(client: DrawdownClient): Promise<Shop> {
    const tid = Math.floor(Date.now() / MS_PER_SECOND);
    const signer = newSigner();
    await client.call(DirectoryServiceService.registerParty, {
      ...newRequestIdentity(),
      party: { tid, publicKey: signer.publicKey, trustedChannel: false },
    });
    const farm = { farmId: tid, payouts: [{ currency: CURRENCY, address: 'bench' }], prices: undefined, agreedPrices: [] };
    await client.call(DirectoryServiceService.registerFarm, { ...newRequestIdentity(), farm });
    // Numbers and names are of the whole deployment.
    const nodeId = `bench-node-${String(tid)}`;
    const node = { nodeId, farmId: tid, freeToUse: false, capacity: undefined };
    await client.call(DirectoryServiceService.registerNode, { ...newRequestIdentity(), node });
    return new Shop(client, tid, signer, nodeId);
  }

  /** Resolves when the pool has its credit, in unit-seconds of compute. @param poolId 0 for a new pool @returns its number */
  async buy(poolId: number, cus: number): Promise<number> {
    const signed = signPurchase({
      poolId,
      cus: BigInt(cus),
      sus: 0n,
      ipv4us: 0n,
      nodeIds: [this.nodeId],
      currencies: [CURRENCY],
      customerTid: this.tid,
      customer: this.signer,
      notAfter: Math.floor(Date.now() / MS_PER_SECOND) + SIGNATURE_SECONDS,
    });
    const created = await this.client.call(ReservationsServiceService.createReservation, {
      ...newRequestIdentity(),
      at: undefined,
      ...signed,
    });
    assert(created.poolId > 0, 'a purchase has a pool');
    return created.poolId;
  }
}
