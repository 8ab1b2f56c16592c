import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../amount/instant.js';
import { signatureFault } from '../signature/ed25519.js';
import { isSamePurchase, readPurchaseMessage, type PurchaseMessage } from '../signature/purchase-message.js';
import type { NodeFacts, ReservationFacts, ReservationRequest, Signer } from './facts.js';
import { requireTopUp, requireUniqueNodes } from './target.js';

/** How far ahead a signed text may say that it ends (capacity §6.3). */
const SIGNATURE_SECONDS_MAX = 86_400;

/** Rows 2 to 5: what can be seen without reading the signed text. */
const requireComplete = ({ customerTid, customerSignature, sponsorTid, sponsorSignature, data }: ReservationRequest): void => {
  if (customerTid === 0) throw new Refusal('CUSTOMER_MISSING', 'a reservation names its customer');
  if (customerSignature === '') throw new Refusal('CUSTOMER_SIGNATURE_MISSING', 'the customer has not signed');
  if (sponsorTid !== 0 && sponsorSignature === '') throw new Refusal('SPONSOR_SIGNATURE_MISSING', 'the sponsor has not signed');
  if (data.nodeIds === undefined || data.nodeIds.length === 0) throw new Refusal('NODES_MISSING', 'a reservation names a node at least');
};

/** Rows 6 and 7: the signed text says what the request says, and of version 2 who and whom it is for. */
const requireSameText = ({ json, data, customerTid, sponsorTid }: ReservationRequest, acceptsLegacy: boolean): PurchaseMessage => {
  const message = readPurchaseMessage(json);
  const { purchase, binding } = message;
  if (binding === undefined && !acceptsLegacy) {
    throw new Refusal('JSON_INVALID', 'the signed text binds nobody: version 2 is needed', { rule: 'version' });
  }
  const isBoundElsewhere = binding !== undefined && (binding.customerTid !== customerTid || binding.sponsorTid !== sponsorTid);
  if (isBoundElsewhere || !isSamePurchase(purchase, data)) throw new Refusal('JSON_MISMATCH', 'the signed text says something else');
  return message;
};

/**
 * Row 9, and that every node is known. Nodes of the pool that are gone count for nothing: a dead node does not block a top-up (capacity §15.7).
 * Answers the farm, absent if no node says one.
 */
export const requireOneFarm = (
  nodeIds: readonly string[],
  { nodes, pool }: Pick<ReservationFacts, 'nodes' | 'pool'>,
): number | undefined => {
  const live = nodeIds.filter(nodeId => !(nodes.get(nodeId)?.isGone === true && pool?.nodeIds.includes(nodeId) === true));
  const [farmId, ...others] = new Set(live.flatMap(nodeId => nodes.get(nodeId)?.farmId ?? []));
  if (others.length > 0) throw new Refusal('NODES_SPAN_FARMS', 'the nodes belong to several farms');
  const unknown = live.find(nodeId => nodes.get(nodeId)?.isGone !== false);
  if (unknown !== undefined) throw new Refusal('UNKNOWN_NODE', `there is no node ${unknown}`, { nodeId: unknown });
  return farmId;
};

/** Whether a node of the pool may be left out of a top-up: it is gone, or it has moved to another farm than the others. */
const isDispensable = (node: NodeFacts | undefined, farmId: number | undefined): boolean =>
  node !== undefined && (node.isGone || (farmId !== undefined && node.farmId !== farmId));

const requireSigned = (party: Signer, json: string, signature: string, reason: string): void => {
  const cause = signatureFault(party.publicKey, Buffer.from(json, 'utf8'), signature);
  if (cause !== undefined) throw new Refusal(reason, 'the signature does not hold', { cause });
};

const requireInTime = ({ binding }: PurchaseMessage, at: Seconds): void => {
  if (binding === undefined) return;
  if (binding.notAfter < at) throw new Refusal('SIGNATURE_EXPIRED', `the signature counted until ${binding.notAfter}`);
  if (binding.notAfter > at + SIGNATURE_SECONDS_MAX) {
    throw new Refusal('SIGNATURE_NOT_AFTER_TOO_FAR', `a signature counts for ${SIGNATURE_SECONDS_MAX} s at most`);
  }
};

/** Rows 10 to 14: the customer first, and the sponsor only if the customer is right. */
const requireSignatures = (request: ReservationRequest, facts: ReservationFacts, message: PurchaseMessage, at: Seconds): void => {
  const { json, customerTid, customerSignature, sponsorTid, sponsorSignature } = request;
  if (facts.customer === undefined) throw new Refusal('CUSTOMER_UNKNOWN', `there is no party ${customerTid}`);
  requireSigned(facts.customer, json, customerSignature, 'CUSTOMER_SIGNATURE_INVALID');
  requireInTime(message, at);
  if (sponsorTid === 0) return;
  if (facts.sponsor === undefined) throw new Refusal('SPONSOR_UNKNOWN', `there is no party ${sponsorTid}`);
  if (!facts.sponsor.isTrustedChannel) throw new Refusal('SPONSOR_NOT_TRUSTED', `party ${sponsorTid} is no trusted channel`);
  requireSigned(facts.sponsor, json, sponsorSignature, 'SPONSOR_SIGNATURE_INVALID');
};

/**
 * The checks of a reservation in the order of capacity §6.1, rows 2 to 17; the first that fails answers. When a signed text has expired is asked
 * as soon as its customer's signature is known to hold.
 * @throws Refusal with the code of the row
 */
export const checkReservation = (request: ReservationRequest, facts: ReservationFacts, at: Seconds): PurchaseMessage => {
  requireComplete(request);
  const message = requireSameText(request, facts.acceptsLegacySignatures);
  const { poolId, unitSeconds, nodeIds = [] } = request.data;
  requireUniqueNodes(nodeIds);
  const farmId = requireOneFarm(nodeIds, facts);
  requireSignatures(request, facts, message, at);
  if (poolId === 0) return message;
  const { sponsorTid } = request;
  if (facts.pool !== undefined && sponsorTid !== 0 && sponsorTid !== facts.pool.sponsor) {
    throw new Refusal('SPONSOR_MISMATCH', 'a top-up has the sponsor of its pool, or none');
  }
  requireTopUp(
    facts.pool,
    nodeIds,
    unitSeconds.every(amount => amount === 0n),
    nodeId => isDispensable(facts.nodes.get(nodeId), farmId),
  );
  return message;
};
