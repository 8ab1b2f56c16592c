import type { Node } from '../../domain/index.js';
import type { Question } from './question.js';

/** A node; one that is gone is not told apart from none by who asks for it. */
export const getNode: Question<'node', Record<never, never>, Node> = {
  kind: 'node',
  answer: node => node,
};
