import type { RecordedAt } from '../at-instant.js';
import type { Policy } from './policy.js';

/** The policy from now on. Grace that has begun ends when it was said to. */
export interface PolicyChanged extends RecordedAt {
  readonly type: 'policy-changed';
  readonly policy: Policy;
}
