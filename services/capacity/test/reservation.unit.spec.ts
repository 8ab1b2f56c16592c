import { createPrivateKey, sign } from 'node:crypto';
import { isRefusal } from '@drawdown/errors';
import {
  creditOf,
  decideNonce,
  decideReservation,
  evolveReservation,
  openingOf,
  purchaseText,
  readPurchaseMessage,
  signatureFault,
  type Purchase,
  type Reservation,
  type ReservationCommand,
  type ReservationFacts,
  type ReservationRequest,
} from '../src/domain/index.js';

const T = 1_600_000_000;
const CUSTOMER_KEY = '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c';
const SPONSOR_KEY = '8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394';
const LEGACY = '{"pool_id":0,"cus":86400,"sus":86400,"ipv4us":3600,"node_ids":["node-a","node-b"],"currencies":["TFT"]}';
const LEGACY_CUSTOMER =
  '0aa7967e606ecaafb8d388cb14c14e3d70a63bed3a19e28aa19df768187df48709db32f5bab5861c34e4a1879dbe3775c230693276c46c50131126042fbb3b0a';
const LEGACY_SPONSOR =
  'b9bd196dab1c62fe6462381cf8bb726288f1530b294c6e73861d0b70e43506af6a12ed77afbde908bb06fa79a1151edfbb3b65c76e5021d51b017f80fff5c303';

/** PKCS #8 of an Ed25519 seed that repeats one byte. */
const keyOf = (byte: number) =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, byte)]),
    format: 'der',
    type: 'pkcs8',
  });

const signed = (byte: number, text: string): string => sign(null, Buffer.from(text), keyOf(byte)).toString('hex');

const DATA: Purchase = { poolId: 0, unitSeconds: [86_400n, 86_400n, 3_600n], nodeIds: ['node-a', 'node-b'], currencies: ['TFT'] };
const NONCE = '00112233445566778899aabbccddeeff';

const requestOf = (data: Purchase = DATA, sponsorTid = 0, notAfter = T + 60): ReservationRequest => {
  const json = purchaseText(data, { customerTid: 11, sponsorTid, nonce: NONCE, notAfter });
  const sponsorSignature = sponsorTid === 0 ? '' : signed(2, json);
  return { json, data, customerTid: 11, customerSignature: signed(1, json), sponsorTid, sponsorSignature };
};

const FACTS: ReservationFacts = {
  acceptsLegacySignatures: false,
  customer: { publicKey: CUSTOMER_KEY, isTrustedChannel: false },
  sponsor: { publicKey: SPONSOR_KEY, isTrustedChannel: true },
  nodes: new Map(['node-a', 'node-b'].map(nodeId => [nodeId, { farmId: 3, isFreeToUse: false, isGone: false }])),
  farm: { farmId: 3, payouts: [{ currency: 'TFT', address: 'farm-3' }], agreedPrices: [] },
  pool: undefined,
  terms: { network: 'main', assets: new Map([['TFT', 'TFT:ISSUER']]), isFree: false, address: 'pay-here' },
};

const submit = (request: ReservationRequest, facts: Partial<ReservationFacts> = {}): ReservationCommand => ({
  type: 'submit',
  reservationId: 41,
  namespace: 'shop',
  request,
  facts: { ...FACTS, ...facts },
  at: T,
});

const refusal = (act: () => unknown): string | undefined => {
  try {
    act();
  } catch (error) {
    if (isRefusal(error)) return error.metadata['cause'] ?? error.reason;
    throw error;
  }
  return undefined;
};

const run = (...commands: readonly ReservationCommand[]): Reservation =>
  commands.reduce<Reservation | undefined>(
    (reservation, command) => decideReservation(command, reservation).reduce<Reservation | undefined>(evolveReservation, reservation),
    undefined,
  ) as Reservation;

describe('signatures (§6.3)', () => {
  it('holds for the vectors, in either case, and for nothing else', () => {
    const message = Buffer.from(LEGACY);
    expect(message.length).toBe(103);
    expect(signatureFault(CUSTOMER_KEY, message, LEGACY_CUSTOMER)).toBeUndefined();
    expect(signatureFault(SPONSOR_KEY.toUpperCase(), message, LEGACY_SPONSOR.toUpperCase())).toBeUndefined();
    expect(signatureFault(CUSTOMER_KEY, message, `1${LEGACY_CUSTOMER.slice(1)}`)).toBe('WRONG');
    expect(signatureFault(CUSTOMER_KEY, message, LEGACY_CUSTOMER.slice(2))).toBe('WRONG');
    expect(signatureFault(CUSTOMER_KEY, message, `zz${LEGACY_CUSTOMER.slice(2)}`)).toBe('HEX');
    expect(signatureFault(CUSTOMER_KEY.slice(2), message, LEGACY_CUSTOMER)).toBe('KEY');
  });

  it.each([
    ['a fraction', '{"cus":1.5}'],
    ['a whole fraction', '{"cus":1.0}'],
    ['an exponent', '{"cus":1e3}'],
    ['less than nothing', '{"cus":-1}'],
    ['a text', '{"cus":"5"}'],
    ['2^64', '{"cus":18446744073709551616}'],
    ['more after the object', '{} {}'],
    ['a list', '[]'],
    ['depth without end', '['.repeat(60_000)],
  ])('refuses %s', (_what, json) => {
    expect(refusal(() => readPurchaseMessage(json))).toBe('JSON_INVALID');
  });

  it('reads names in any case, null as absent, and ignores what it does not know', () => {
    expect(readPurchaseMessage('{"CUS":18446744073709551615,"sus":null,"more":[1.5]}').purchase).toEqual({
      poolId: 0,
      unitSeconds: [2n ** 64n - 1n, 0n, 0n],
      nodeIds: undefined,
      currencies: undefined,
    });
  });
});

describe('a reservation (§6)', () => {
  const wrong = (change: Partial<ReservationRequest>): ReservationRequest => ({ ...requestOf(), ...change });

  it.each([
    ['CUSTOMER_MISSING', submit(wrong({ customerTid: 0, customerSignature: '' }))],
    ['CUSTOMER_SIGNATURE_MISSING', submit(wrong({ customerSignature: '', sponsorTid: 9 }))],
    ['SPONSOR_SIGNATURE_MISSING', submit(wrong({ sponsorTid: 9, data: { ...DATA, nodeIds: [] } }))],
    ['NODES_MISSING', submit(wrong({ data: { ...DATA, nodeIds: [] }, json: 'no' }))],
    ['JSON_INVALID', submit(wrong({ json: 'no' }))],
    ['JSON_INVALID', submit(wrong({ json: LEGACY }))],
    ['JSON_MISMATCH', submit(wrong({ data: { ...DATA, currencies: undefined } }))],
    ['JSON_MISMATCH', submit(wrong({ customerTid: 12 }))],
    ['DUPLICATE_NODE', submit(requestOf({ ...DATA, nodeIds: ['node-a', 'node-a'] }), { customer: undefined })],
    ['UNKNOWN_NODE', submit(requestOf(), { nodes: new Map() })],
    ['CUSTOMER_UNKNOWN', submit(requestOf(), { customer: undefined })],
    ['WRONG', submit(wrong({ customerSignature: 'ab' }))],
    ['HEX', submit(wrong({ customerSignature: 'xy' }))],
    ['SIGNATURE_EXPIRED', submit(requestOf(DATA, 0, T - 1))],
    ['SIGNATURE_NOT_AFTER_TOO_FAR', submit(requestOf(DATA, 0, T + 86_401))],
    ['SPONSOR_UNKNOWN', submit(requestOf(DATA, 9), { sponsor: undefined })],
    ['SPONSOR_NOT_TRUSTED', submit(requestOf(DATA, 9), { sponsor: { publicKey: SPONSOR_KEY, isTrustedChannel: false } })],
    ['SPONSOR_MISMATCH', submit(requestOf({ ...DATA, poolId: 7 }, 9), { pool: { nodeIds: [], sponsor: 8 } })],
    ['POOL_NOT_FOUND', submit(requestOf({ ...DATA, poolId: 7 }))],
    ['NODES_REMOVED', submit(requestOf({ ...DATA, poolId: 7 }), { pool: { nodeIds: ['node-x'], sponsor: 0 } })],
    [
      'NO_EFFECT',
      submit(requestOf({ ...DATA, poolId: 7, unitSeconds: [0n, 0n, 0n] }), { pool: { nodeIds: ['node-b', 'node-a'], sponsor: 0 } }),
    ],
    ['PAYMENT_NOT_POSSIBLE', submit(requestOf({ ...DATA, currencies: ['FreeTFT', 'BTC'] }))],
    ['CAPACITY_OVERFLOW', submit(requestOf({ ...DATA, unitSeconds: [2n ** 64n - 1n, 0n, 0n] }))],
  ] as [string, ReservationCommand][])('is refused with %s', (code, command) => {
    expect(refusal(() => decideReservation(command, undefined))).toBe(code);
  });

  it('is accepted, asks for its payment (E32), opens its pool and credits it once paid', () => {
    const asked = run(submit(requestOf(DATA, 9)));
    expect(asked).toMatchObject({ poolId: 41, status: 'awaiting-payment', payment: { amount: 60_706_800n, expiresAt: T + 3_600 } });
    expect(openingOf(asked)).toMatchObject({ id: 'open:41', command: { owner: 11, sponsor: 9 } });
    expect(creditOf(asked)).toBeUndefined();
    const paid = run(submit(requestOf(DATA, 9)), { type: 'report-payment', received: 60_706_800n, receivedAt: T + 3_600, at: T + 9_000 });
    expect(creditOf(paid)).toMatchObject({ id: 'credit:41', command: { amounts: [86_400_000, 86_400_000, 3_600_000] } });
  });

  it('gives back what came too late or was too little, and what the pool refused', () => {
    const submitted = submit(requestOf());
    const part: ReservationCommand = { type: 'report-payment', received: 5n, receivedAt: T + 9, at: T + 3_600 };
    expect(run(submitted, part).status).toBe('awaiting-payment');
    expect(run(submitted, { ...part, at: T + 3_601 })).toMatchObject({ status: 'refunding', received: 5n, cause: 'expired' });
    expect(run(submitted, { type: 'report-payment', received: 0n, receivedAt: T, at: T + 3_601 }).status).toBe('expired');
    const paid: ReservationCommand = { type: 'report-payment', received: 60_706_800n, receivedAt: T, at: T };
    const refused: ReservationCommand = { type: 'refuse-credit', code: 'CAPACITY_OVERFLOW', at: T };
    expect(run(submitted, paid, refused, { type: 'confirm-refund', ordinal: 1, at: T })).toMatchObject({
      status: 'refunded',
      cause: 'CAPACITY_OVERFLOW',
    });
    expect(run(submitted, paid, { type: 'settle', poolSequence: 3, at: T }, refused).status).toBe('settled');
  });

  it('takes a nonce once', () => {
    const taken = { reservationId: 41, requestHash: 'h' };
    expect(decideNonce({ type: 'take', ...taken }, undefined)).toHaveLength(1);
    expect(decideNonce({ type: 'take', ...taken }, taken)).toEqual([]);
    expect(refusal(() => decideNonce({ type: 'take', ...taken, requestHash: 'other' }, taken))).toBe('NONCE_USED');
  });
});
