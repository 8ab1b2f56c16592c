import { Refusal } from '@drawdown/errors';
import { isPublicKey } from '../signature/ed25519.js';
import { isNumber, requireFields } from '../validation/violations.js';
import type { PartyCommand, PartyIdentity, RegisterParty } from './commands.js';
import type { PartyEvent } from './events.js';
import { decideLedger } from './ledger.js';
import type { Party } from './state.js';

/**
 * What a command comes to for a party. To register or to update what is so already changes nothing.
 * @throws Refusal `PARTY_EXISTS`, `PARTY_UNKNOWN`, `VALIDATION`, and those of the ledger
 */
export const decideParty = (command: PartyCommand, party: Party | undefined): readonly PartyEvent[] => {
  if (command.type === 'register') return register(command, party);
  if (party === undefined) throw new Refusal('PARTY_UNKNOWN', 'there is no such party');
  const at = Math.max(command.at, party.lastAt);
  if (command.type !== 'update') return decideLedger(command, party, at);
  const identity = identityOf(command);
  return isSame(identity, party) ? [] : [{ type: 'party-updated', party: { ...party, ...identity, lastAt: at }, at }];
};

const register = (command: RegisterParty, party: Party | undefined): readonly PartyEvent[] => {
  const { namespace, tid, at } = command;
  requireFields([['tid', isNumber(tid), 'must be a whole number, 1 or more']]);
  const identity = identityOf(command);
  if (party === undefined) {
    return [{ type: 'party-registered', party: { namespace, tid, ...identity, funds: [], payments: [], payouts: [], lastAt: at }, at }];
  }
  if (party.namespace === namespace && isSame(identity, party)) return [];
  throw new Refusal('PARTY_EXISTS', `there is a party ${tid} already`, { tid: String(tid) });
};

const identityOf = ({ publicKey, isTrustedChannel }: PartyIdentity): PartyIdentity => {
  requireFields([['public_key', isPublicKey(publicKey), 'must be 32 bytes as 64 hex digits']]);
  return { publicKey: publicKey.toLowerCase(), isTrustedChannel };
};

const isSame = (identity: PartyIdentity, party: Party): boolean =>
  identity.publicKey === party.publicKey && identity.isTrustedChannel === party.isTrustedChannel;

/** An event holds the party as it is after it. */
export const evolveParty = (_party: Party | undefined, { party }: PartyEvent): Party => party;
