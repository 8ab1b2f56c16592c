import { newRequestIdentity, newSigner, type DrawdownClient, type Signer } from '@drawdown/cli';
import { DirectoryServiceService } from '@drawdown/proto/capacity';
import { DEVELOPMENT_NAMESPACE } from '../../steps/services.js';
import type { PoolPlan } from './plans.js';

/** Who buys; the key pair is made for this story and kept nowhere. */
export interface Customer {
  readonly tid: number;
  readonly name: string;
  readonly signer: Signer;
}

/** Those who take part. */
export interface Cast {
  readonly customers: ReadonlyMap<string, Customer>;
  /** All of one farm. */
  readonly nodeIds: readonly string[];
}

/** How the farm is paid, and the asset that stands for the currency. */
export const MONEY = { currency: 'TFT', asset: 'TFT:LEDGER', address: 'farm-of-the-story' } as const;
/** More than all of them need, in 10⁻⁷ of the asset. */
export const DEPOSIT = 10n ** 14n;

const NODES = 3;

/**
 * Registers a farm with its nodes and the customers, and gives these money. Numbers are of the whole deployment, whatever the namespace: the usual
 * namespace counts from 1, another one from the second of now.
 */
export const introduceCast = async (client: DrawdownClient, namespace: string, plans: readonly PoolPlan[]): Promise<Cast> => {
  const base = namespace === DEVELOPMENT_NAMESPACE ? 0 : Math.floor(Date.now() / 1_000) * 100;
  const farmId = base + 1;
  const farm = { farmId, payouts: [{ currency: MONEY.currency, address: MONEY.address }], prices: undefined, agreedPrices: [] };
  await client.call(DirectoryServiceService.registerFarm, { ...newRequestIdentity(), farm });
  const nodeIds = Array.from({ length: NODES }, (_, index) => `${namespace}-node-${String(index + 1)}`);
  for (const nodeId of nodeIds) {
    const node = { nodeId, farmId, freeToUse: false, capacity: undefined };
    await client.call(DirectoryServiceService.registerNode, { ...newRequestIdentity(), node });
  }
  const names = [...new Set(plans.map(({ customer }) => customer))];
  const customers = new Map<string, Customer>();
  for (const [index, name] of names.entries()) customers.set(name, await introduce(client, base + index + 1, name));
  return { customers, nodeIds };
};

const introduce = async (client: DrawdownClient, tid: number, name: string): Promise<Customer> => {
  const signer = newSigner();
  const party = { tid, publicKey: signer.publicKey, trustedChannel: false };
  await client.call(DirectoryServiceService.registerParty, { ...newRequestIdentity(), party });
  const funds = { asset: MONEY.asset, amount: String(DEPOSIT) };
  await client.call(DirectoryServiceService.depositFunds, { ...newRequestIdentity(), tid, funds });
  return { tid, name, signer };
};
