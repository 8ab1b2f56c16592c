/**
 * What a port answers: at once where it can, else later. What waits for it goes through `after` or asks `isLater`, so that a hit on stores in
 * memory costs no promise.
 */
export type Eventually<T> = T | Promise<T>;

export const isLater = <T>(answer: Eventually<T>): answer is Promise<T> =>
  typeof answer === 'object' && answer !== null && 'then' in answer;

/** Goes on with an answer: now when it is there, else when it comes. */
export const after = <T, U>(answer: Eventually<T>, goOn: (value: T) => Eventually<U>): Eventually<U> =>
  isLater(answer) ? answer.then(goOn) : goOn(answer);
