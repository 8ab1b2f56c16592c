import type { JsonValue } from '../content/json.js';
import type { BackoffPolicy } from '../work/backoff.js';

/** What a kind's definition decides about its resources; the defaults hold for what is absent. */
export interface KindRules {
  /** 0 = same, anything else = changed, negative = the incoming one is older. Absent: same means equal hashes (reconciliation §7.4). */
  readonly compare?: ((incoming: JsonValue, stored: JsonValue) => number) | undefined;
  /** `chronological`: an informer run passes over an object that is older than the stored one. */
  readonly ordering?: 'chronological' | undefined;
  /** Delay after a failed attempt. Default: n⁴ seconds, 6 h at most. */
  readonly backoff?: BackoffPolicy | undefined;
  /** A delay that the work asks for is never shorter than the backoff. Default: it replaces the backoff. */
  readonly honourBackoff?: boolean | undefined;
}
