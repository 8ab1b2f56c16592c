import type { Fault, Refusal } from '@drawdown/errors';
import type { ItemError } from '@drawdown/proto/capacity';

export const toApiItemError = ({ reason, message, metadata }: Refusal | Fault): ItemError => ({
  reason,
  message,
  metadata: { ...metadata },
});
