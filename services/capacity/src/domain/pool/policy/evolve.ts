import type { Draft } from '../draft.js';
import type { PolicyChanged } from './events.js';

export const policyChanged = (next: Draft, { policy }: PolicyChanged): void => {
  next.policy = policy;
};
