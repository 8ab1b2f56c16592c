import { randomUUID } from 'node:crypto';
import type { Untimed } from '../../src/application/aggregates/instructed.js';
import type { CommandOf, Kind, KeyOf } from '../../src/application/aggregates/kinds.js';
import { purchaseText } from '../../src/domain/index.js';
import { publicKeyOf, signedBy } from './keys.js';
import type { MemoryCalls } from './memory-calls.js';
import { FARM, NODE, OTHER_NODE, OTHER_POOL, OWNER, POOL, RESERVATION } from './every-rpc.js';

const NAMESPACE = 'acme';
const MS_PER_SECOND = 1_000;
const NONCE = '00112233445566778899aabbccddeeff';

/** What the tests of the edge find: two pools of one owner, with a farm and its nodes. */
export const givenPools = async (calls: MemoryCalls): Promise<void> => {
  const tell = <K extends Kind>(kind: K, key: KeyOf<K>, command: Untimed<CommandOf<K>>): Promise<unknown> =>
    calls.execute(kind, NAMESPACE, key, { id: randomUUID(), createdAtMs: Date.now(), bodyHash: '', command });
  await tell('party', OWNER, {
    type: 'register',
    namespace: NAMESPACE,
    tid: OWNER,
    publicKey: publicKeyOf(OWNER),
    isTrustedChannel: false,
  });
  await tell('farm', FARM, { type: 'register', namespace: NAMESPACE, farmId: FARM, payouts: [], agreedPrices: [] });
  for (const nodeId of [NODE, OTHER_NODE]) {
    await tell('node', nodeId, { type: 'register', namespace: NAMESPACE, nodeId, farmId: FARM, isFreeToUse: false });
  }
  for (const poolId of [POOL, OTHER_POOL]) {
    await tell('pool', poolId, { type: 'open', poolId, namespace: NAMESPACE, owner: OWNER, sponsor: 0, nodeIds: [NODE] });
    await tell('pool', poolId, { type: 'credit', source: { cause: 'test' }, amounts: [3_600_000, 0, 0], nodeIds: [] });
  }
  await tell('reservation', RESERVATION, submission());
};

/** A purchase that nothing has to be paid for. */
const submission = (): Untimed<CommandOf<'reservation'>> => {
  const data = { poolId: 0, unitSeconds: [60n, 0n, 0n], nodeIds: [NODE], currencies: ['TFT'] } as const;
  const notAfter = Math.floor(Date.now() / MS_PER_SECOND) + 60;
  const json = purchaseText(data, { customerTid: OWNER, sponsorTid: 0, nonce: NONCE, notAfter });
  const publicKey = publicKeyOf(OWNER);
  return {
    type: 'submit',
    reservationId: RESERVATION,
    namespace: NAMESPACE,
    request: { json, data, customerTid: OWNER, customerSignature: signedBy(OWNER, json), sponsorTid: 0, sponsorSignature: '' },
    facts: {
      acceptsLegacySignatures: false,
      customer: { publicKey, isTrustedChannel: false },
      sponsor: undefined,
      nodes: new Map([[NODE, { farmId: FARM, isFreeToUse: false, isGone: false }]]),
      farm: { farmId: FARM, payouts: [], agreedPrices: [] },
      pool: undefined,
      terms: { network: 'main', assets: new Map(), isFree: true, address: undefined },
    },
  };
};
