import { Refusal } from '@drawdown/errors';
import type { Amounts } from '../amount/per-dimension.js';
import type { Node } from '../node/node.js';
import type { Pool } from '../pool/state.js';
import type { Signer } from '../reservation/facts.js';
import { FORMULA_VERSION, workloadRates } from '../units/rates.js';
import { approvalFault } from './approval.js';
import type { WorkloadRequest } from './request.js';
import { sizeOf } from './size.js';

/** Who calls, as far as workloads go. */
export interface WorkloadCaller {
  /** The party whose token it is; absent: nobody's own. */
  readonly tid: number | undefined;
  /** Whether it may ask on behalf of every customer of its namespace. */
  readonly actsForAll: boolean;
}

/** Everything looked up for a request; the decision asks nobody (design §3.3). */
export interface WorkloadFacts {
  /** Absent: nobody who is known. */
  readonly caller: WorkloadCaller | undefined;
  readonly customer: Signer | undefined;
  readonly pool: Pick<Pool, 'owner' | 'nodeIds'> | undefined;
  /** The node of the request, as far as it is known. */
  readonly node: Pick<Node, 'capacity' | 'isGone'> | undefined;
}

/** What a request comes to that passed: what its hold takes. */
export interface AcceptedWorkload {
  readonly nodeId: string;
  readonly rates: Amounts;
  readonly formulaVersion: number;
}

const METADATA_BYTES_MAX = 1_024;

/** What can be seen in the request itself. */
const requireComplete = ({ customerTid, customerSignature, metadata, poolId, reference, content }: WorkloadRequest): void => {
  if (customerTid === 0) throw new Refusal('CUSTOMER_MISSING', 'a workload names its customer');
  if (customerSignature === '') throw new Refusal('CUSTOMER_SIGNATURE_MISSING', 'the customer has not signed');
  if (Buffer.byteLength(metadata, 'utf8') > METADATA_BYTES_MAX) {
    throw new Refusal('METADATA_TOO_LONG', `metadata have at most ${METADATA_BYTES_MAX} bytes`);
  }
  if (poolId === 0) throw new Refusal('POOL_MISSING', 'a workload names its pool');
  if (reference !== '') throw new Refusal('REFERENCE_NOT_EMPTY', 'nobody gives a workload a reference');
  // Sizes that make no sense are refused before anybody is asked for anything.
  workloadRates(content);
};

/**
 * The checks of capacity §7 in their order, up to the one for capacity, which the pool's hold makes; the first that fails answers.
 * @throws Refusal `CALLER_UNAUTHENTICATED`, `CUSTOMER_MISSING`, `CUSTOMER_SIGNATURE_MISSING`, `METADATA_TOO_LONG`, `POOL_MISSING`,
 *   `REFERENCE_NOT_EMPTY`, `INVALID_WORKLOAD`, `CALLER_NOT_CUSTOMER`, `CUSTOMER_UNKNOWN`, `CUSTOMER_SIGNATURE_INVALID` with `cause`,
 *   `POOL_NOT_FOUND`, `WORKLOAD_FORBIDDEN` with `cause` `OWNER` or `NODE`, `UNKNOWN_NODE`
 */
export const checkWorkloadRequest = (request: WorkloadRequest, facts: WorkloadFacts): AcceptedWorkload => {
  const { caller, customer, pool, node } = facts;
  const { customerTid, customerSignature, nodeId } = request;
  if (caller === undefined) throw new Refusal('CALLER_UNAUTHENTICATED', 'nobody is known to ask');
  requireComplete(request);
  if (caller.tid !== customerTid && !caller.actsForAll)
    throw new Refusal('CALLER_NOT_CUSTOMER', 'only the customer asks for its workloads');
  if (customer === undefined) throw new Refusal('CUSTOMER_UNKNOWN', `there is no party ${customerTid}`);
  const signed = { publicKey: customer.publicKey, signature: customerSignature, signerTid: customerTid };
  const cause = approvalFault(request, 'request', signed);
  if (cause !== undefined) throw new Refusal('CUSTOMER_SIGNATURE_INVALID', 'the signature does not hold', { cause });
  if (pool === undefined) throw new Refusal('POOL_NOT_FOUND', 'there is no such pool');
  if (pool.owner !== customerTid) throw new Refusal('WORKLOAD_FORBIDDEN', 'the pool is not the customer’s', { cause: 'OWNER' });
  if (!pool.nodeIds.includes(nodeId)) throw new Refusal('WORKLOAD_FORBIDDEN', 'the node is not the pool’s', { cause: 'NODE' });
  if (node?.isGone === true) throw new Refusal('UNKNOWN_NODE', `node ${nodeId} is gone`, { nodeId });
  return { nodeId, rates: workloadRates(sizeOf(request.content, node?.capacity)), formulaVersion: FORMULA_VERSION };
};
