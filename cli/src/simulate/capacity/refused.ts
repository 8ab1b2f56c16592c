import { isRefusal } from '@drawdown/errors';

/** The answer, or `{"error": CODE}` in its place; a fault of ours is not hidden. */
export const orCode = (answer: () => unknown): unknown => {
  try {
    return answer();
  } catch (error) {
    if (isRefusal(error)) return { error: error.reason };
    throw error;
  }
};
