import type { ServiceError } from '@grpc/grpc-js';

import { type ErrorDetails, readErrorDetails } from '../../src/index.js';

type Callback<T> = (error: ServiceError | null, response?: T) => void;

/** A call that is expected to succeed. */
export const answerOf = <T>(call: (callback: Callback<T>) => unknown): Promise<T> =>
  new Promise((resolve, reject) => call((error, response) => (error === null ? resolve(response as T) : reject(error))));

export interface Refused extends ErrorDetails {
  readonly code: number;
  readonly message: string;
}

/** A call that is expected to fail; fails the test when it does not. */
export const refusalOf = async <T>(call: (callback: Callback<T>) => unknown): Promise<Refused> => {
  const error = await new Promise<ServiceError | null>(resolve => call(failure => resolve(failure)));
  if (error === null) throw new Error('the call was expected to be refused');
  return { code: error.code, message: error.details, ...readErrorDetails(error.metadata) };
};

/** Resolves when the condition holds; rejects with its name when it does not within the limit. */
export const until = async (what: string, holds: () => boolean, msMax = 5_000): Promise<void> => {
  const giveUpAt = Date.now() + msMax;
  while (!holds()) {
    if (Date.now() > giveUpAt) throw new Error(`${what} did not come true within ${msMax} ms`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
};
