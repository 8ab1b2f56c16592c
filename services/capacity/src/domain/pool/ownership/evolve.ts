import type { Draft } from '../draft.js';
import type { OwnershipTransferred } from './events.js';

export const ownershipTransferred = (next: Draft, { to, nonce }: OwnershipTransferred): void => {
  next.owner = to;
  next.ownershipNonces = [...next.ownershipNonces, nonce];
};
