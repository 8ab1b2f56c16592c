import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../../amount/instant.js';
import { signatureFault } from '../../signature/ed25519.js';
import { isInTree } from '../loan/account.js';
import type { Pool } from '../state.js';
import type { TransferOwnership } from './commands.js';
import type { OwnershipTransferred } from './events.js';
import { readOwnershipText, type OwnershipAgreement } from './text.js';

/** How far ahead a signed text may say that it ends, as for purchases (capacity §6.3). */
const SIGNATURE_SECONDS_MAX = 86_400;

const requireSigned = (party: 'from' | 'to', key: string | undefined, json: string, signature: string): void => {
  if (key === undefined) throw new Refusal('PARTY_UNKNOWN', `there is no party that the pool goes ${party}`, { party });
  const cause = signatureFault(key, Buffer.from(json, 'utf8'), signature);
  if (cause !== undefined) throw new Refusal('SIGNATURE_INVALID', 'the signature does not hold', { cause, party });
};

const requireInTime = ({ notAfter }: OwnershipAgreement, at: Seconds): void => {
  if (notAfter < at) throw new Refusal('SIGNATURE_EXPIRED', `the signatures counted until ${notAfter}`);
  if (notAfter > at + SIGNATURE_SECONDS_MAX) {
    throw new Refusal('SIGNATURE_NOT_AFTER_TOO_FAR', `signatures count for ${SIGNATURE_SECONDS_MAX} s at most`);
  }
};

/**
 * @throws Refusal `JSON_INVALID`; `JSON_MISMATCH`: another pool, or not its owner; `PARTY_UNKNOWN`; `SIGNATURE_INVALID` with the party and the
 * cause of capacity §6.3, the owner's first; `SIGNATURE_EXPIRED`, `SIGNATURE_NOT_AFTER_TOO_FAR`; `NONCE_USED`; `LOAN_OUTSTANDING`: the pools of
 * a tree have one owner
 */
export const transferOwnership = (command: TransferOwnership, pool: Pool, at: Seconds): readonly OwnershipTransferred[] => {
  const { json, fromSignature, toSignature, fromKey, toKey } = command;
  const agreement = readOwnershipText(json);
  const { poolId, fromTid: from, toTid: to, nonce } = agreement;
  if (poolId !== pool.id) throw new Refusal('JSON_MISMATCH', 'the text is about another pool');
  if (pool.ownershipNonces.includes(nonce)) throw new Refusal('NONCE_USED', 'the text has counted already');
  if (from !== pool.owner || from === to) throw new Refusal('JSON_MISMATCH', 'the text gives the pool from its owner to another party');
  requireSigned('from', fromKey, json, fromSignature);
  requireSigned('to', toKey, json, toSignature);
  requireInTime(agreement, at);
  if (isInTree(pool)) {
    throw new Refusal('LOAN_OUTSTANDING', 'a pool leaves its tree before it changes hands');
  }
  return [{ type: 'ownership-transferred', from, to, nonce, json, fromSignature, toSignature, at }];
};
