import { SECOND_MS } from '@drawdown/calendar';
import { OPEN_END } from './active.js';
import type { Grant } from './grant.js';

const SURROGATES_FROM = 0xd800;

/** Order of the UTF-8 bytes of two texts, which differs from that of UTF-16 code units where a surrogate meets U+E000 or above. */
export const compareBytewise = (left: string, right: string): number => {
  if (left === right) return 0;
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a === b) continue;
    if (a < SURROGATES_FROM || b < SURROGATES_FROM) return a - b;
    return (left.codePointAt(index) ?? a) - (right.codePointAt(index) ?? b);
  }
  return left.length - right.length;
};

/** Configured expiry in whole seconds: a void or a deletion does not move a grant. */
const expirySeconds = (grant: Grant): number => (grant.expiresAt === undefined ? OPEN_END : Math.floor(grant.expiresAt / SECOND_MS));

/** Priority, then configured expiry (none is last), then creation, then id: a total order (entitlements §5). */
export const compareBurnOrder = (left: Grant, right: Grant): number => {
  if (left.priority !== right.priority) return left.priority - right.priority;
  const leftExpiry = expirySeconds(left);
  const rightExpiry = expirySeconds(right);
  if (leftExpiry !== rightExpiry) return leftExpiry < rightExpiry ? -1 : 1;
  if (left.createdAt !== right.createdAt) return left.createdAt - right.createdAt;
  return compareBytewise(left.id, right.id);
};

/** A new list in the order in which grants pay. */
export const sortByBurnOrder = (grants: readonly Grant[]): Grant[] => [...grants].sort(compareBurnOrder);
