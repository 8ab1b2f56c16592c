import { createPrivateKey, sign } from 'node:crypto';
import { purchaseText, type Purchase, type ReservationFacts, type ReservationRequest } from '../../src/domain/index.js';

/** The instant of every example. */
export const T = 1_600_000_000;

/** Public keys of the seeds 0x01 × 32 and 0x02 × 32 (capacity §6.3). */
export const CUSTOMER_KEY = '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c';
export const SPONSOR_KEY = '8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394';

/** PKCS #8 of an Ed25519 seed that repeats one byte. */
const keyOf = (byte: number) =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, byte)]),
    format: 'der',
    type: 'pkcs8',
  });

export const signed = (byte: number, message: string | Buffer): string => sign(null, Buffer.from(message), keyOf(byte)).toString('hex');

/** What a test wants of a request; what is not said is as it should be. */
export interface Plan {
  readonly data?: Partial<Purchase>;
  /** What the body says where the text says something else. */
  readonly body?: Partial<Purchase>;
  readonly json?: string;
  readonly customerTid?: number;
  readonly sponsorTid?: number;
  readonly customerSignature?: string;
  readonly sponsorSignature?: string;
  readonly notAfter?: number;
  readonly facts?: Partial<ReservationFacts>;
}

const DATA: Purchase = { poolId: 0, unitSeconds: [86_400n, 86_400n, 3_600n], nodeIds: ['node-a', 'node-b'], currencies: ['TFT'] };

const NONCE = '00112233445566778899aabbccddeeff';

/** A request of customer 11, signed by whoever has to. */
export const requestOf = (plan: Plan = {}): ReservationRequest => {
  const { customerTid = 11, sponsorTid = 0, notAfter = T + 60 } = plan;
  const data = { ...DATA, ...plan.data };
  const json = plan.json ?? purchaseText(data, { customerTid, sponsorTid, nonce: NONCE, notAfter });
  return {
    json,
    data: { ...data, ...plan.body },
    customerTid,
    customerSignature: plan.customerSignature ?? signed(1, json),
    sponsorTid,
    sponsorSignature: plan.sponsorSignature ?? (sponsorTid === 0 ? '' : signed(2, json)),
  };
};

const node = (farmId: number) => ({ farmId, isFreeToUse: false, isGone: false });

export const FACTS: ReservationFacts = {
  acceptsLegacySignatures: false,
  customer: { publicKey: CUSTOMER_KEY, isTrustedChannel: false },
  sponsor: { publicKey: SPONSOR_KEY, isTrustedChannel: true },
  nodes: new Map([
    ['node-a', node(3)],
    ['node-b', node(3)],
  ]),
  farm: { farmId: 3, payouts: [{ currency: 'TFT', address: 'farm-3' }], prices: undefined, agreedPrices: [] },
  pool: undefined,
  terms: { network: 'main', assets: new Map([['TFT', 'TFT:ISSUER']]), isFree: false, address: 'pay-here' },
};

export const factsOf = ({ facts }: Plan = {}): ReservationFacts => ({ ...FACTS, ...facts });
