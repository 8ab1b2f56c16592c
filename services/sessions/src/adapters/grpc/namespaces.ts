import { Refusal } from '@drawdown/errors';
import type { Caller } from '@drawdown/grpc';
import { NO_NAMESPACE } from '../../domain/index.js';

/**
 * The namespace that a call is about: the caller's, from its token and from nowhere else.
 * @throws Refusal `FORBIDDEN` for the one that stands for none: what has no namespace lies there, and nobody may write beside it
 */
export const namespaceOf = ({ namespace }: Caller): string => {
  if (namespace !== NO_NAMESPACE) return namespace;
  throw new Refusal('FORBIDDEN', 'this namespace is kept for the service itself', { namespace });
};
