import { isRefusal, type Refusal } from '@drawdown/errors';

/** What an act is refused with; absent: it is not. Anything else that goes wrong is thrown on. */
export const refusalOf = (act: () => unknown): Refusal | undefined => {
  try {
    act();
  } catch (error) {
    if (isRefusal(error)) return error;
    throw error;
  }
  return undefined;
};

/** The code of the refusal. */
export const codeOf = (act: () => unknown): string | undefined => refusalOf(act)?.reason;
