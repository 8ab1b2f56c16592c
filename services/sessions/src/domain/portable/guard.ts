import type { Hit } from '../hit/hit.js';
import { explicitStampOf } from '../identity/stamps.js';
import type { HitIdentity } from './filed-hit.js';

/** Stands in front of the engine and says by which keys a hit is filed and joined (sessions §10.2). Pure: the same hit, the same answer. */
export interface Guard {
  identify(hit: Hit): HitIdentity;
}

/**
 * The plain texts as they are, for tests and for one property only (D9): nothing is hashed or scoped. The stamp is the explicit one, else the
 * address, even an empty one (sessions §2.3).
 */
export const passThroughGuard = ({ joinByUserId }: { readonly joinByUserId: boolean }): Guard => ({
  identify: hit => {
    const stamp = { type: 'stamp', hash: explicitStampOf(hit) ?? hit.ip } as const;
    const joinsByUser = joinByUserId && hit.userId !== undefined && hit.userId !== '';
    return {
      clientKey: hit.clientId,
      identifiers: joinsByUser ? [stamp, { type: 'user', hash: hit.userId }] : [stamp],
    };
  },
});
