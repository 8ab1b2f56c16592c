import type { Farm } from '../../domain/index.js';
import type { Question } from './question.js';

/** A farm, whole. */
export const getFarm: Question<'farm', Record<never, never>, Farm> = {
  kind: 'farm',
  answer: farm => farm,
};
