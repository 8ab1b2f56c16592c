import type { TakenNonce } from '../../domain/index.js';
import type { Question } from './question.js';

/** What a nonce was used for (capacity §13.1). */
export const getNonce: Question<'nonce', Record<never, never>, TakenNonce> = {
  kind: 'nonce',
  answer: taken => taken,
};
