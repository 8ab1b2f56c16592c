import type { Refusal } from '@drawdown/errors';
import type { ItemError } from '@drawdown/proto/sessions';

/** Why one item of a batch was refused. */
export const toApiItemError = (refusal: Refusal): ItemError => ({
  reason: refusal.reason,
  message: refusal.message,
  field: refusal.violations[0]?.field ?? '',
  metadata: { ...refusal.metadata },
});
