import { createHash } from 'node:crypto';
import { signatureFault, type SignatureFault } from '../signature/ed25519.js';
import type { WorkloadRequest } from './request.js';
import { workloadText } from './text.js';

/** What a signature under a workload agrees to: that it is asked for, brought up, or deleted. */
export type Approval = 'request' | 'provision' | 'delete';

/** A signature under a workload. Approvals name who gives them. */
export interface ApprovalSignature {
  readonly publicKey: string;
  readonly signature: string;
  readonly signerTid: number;
}

/** The bytes that are signed: SHA-256 of the text, which of an approval ends with its name and its signer (capacity §7). */
export const workloadDigest = (
  request: Omit<WorkloadRequest, 'customerSignature'>,
  approval: Approval = 'request',
  signerTid = request.customerTid,
): Buffer => {
  const ending = approval === 'request' ? '' : `${approval}${signerTid}`;
  return createHash('sha256')
    .update(`${workloadText(request)}${ending}`, 'utf8')
    .digest();
};

/**
 * What is wrong with a signature under a workload; absent: nothing. Approvals are given for the workload as it was stored, with the epoch that
 * the server gave it.
 */
export const approvalFault = (
  request: Omit<WorkloadRequest, 'customerSignature'>,
  approval: Approval,
  { publicKey, signature, signerTid }: ApprovalSignature,
): SignatureFault | undefined => signatureFault(publicKey, workloadDigest(request, approval, signerTid), signature);
