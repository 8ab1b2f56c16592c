import type { Hit } from '../../domain/index.js';

/** What one message of a source partition says; undecodable ones never get here. */
export type SourceMessage =
  | { readonly kind: 'hits'; readonly lane: string; readonly hits: readonly Hit[] }
  | { readonly kind: 'ping' }
  | { readonly kind: 'import_completed'; readonly lane: string };
