import type { Hit } from '../../domain/index.js';

/** Lane of everything that is not an import (sessions §12.2). */
export const LIVE_LANE = 'live';

/** What one message of a source partition says; undecodable ones never get here. */
export type SourceMessage =
  | { readonly kind: 'hits'; readonly lane: string; readonly hits: readonly Hit[] }
  | { readonly kind: 'ping' }
  | { readonly kind: 'import_completed'; readonly lane: string };
