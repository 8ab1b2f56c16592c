import { isFault, isRefusal } from '@drawdown/errors';

/** The reason with which work is refused or fails; null when it does neither. */
export const reasonOf = (work: () => unknown): string | null => {
  try {
    work();
  } catch (error) {
    if (isRefusal(error) || isFault(error)) return error.reason;
    throw error;
  }
  return null;
};
