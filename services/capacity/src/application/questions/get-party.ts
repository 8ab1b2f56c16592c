import type { Party } from '../../domain/index.js';
import type { Question } from './question.js';

/** A party, whole. */
export const getParty: Question<'party', Record<never, never>, Party> = {
  kind: 'party',
  answer: party => party,
};
