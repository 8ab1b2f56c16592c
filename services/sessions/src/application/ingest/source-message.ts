import type { Hit } from '../../domain/index.js';

/** A hit of a message that is wrong in its own bytes: it was copied to the dead letters. */
export interface RejectedHit {
  readonly reason: string;
  /** Where they could be read. */
  readonly namespace?: string;
  readonly propertyId?: string;
}

/** What one message of a source partition says; undecodable ones never get here. */
export type SourceMessage =
  | { readonly kind: 'hits'; readonly lane: string; readonly hits: readonly Hit[]; readonly rejections: readonly RejectedHit[] }
  | { readonly kind: 'ping' }
  | { readonly kind: 'import_completed'; readonly lane: string };
