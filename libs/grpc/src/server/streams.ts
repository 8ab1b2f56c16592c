import { once } from 'node:events';

import type { RunningCall } from './call-context.js';
import { refuseMalformed } from './malformed.js';

/** The writing half of a grpc-js stream. */
export interface ResponseStream {
  write(message: unknown): boolean;
  once(event: 'drain', listener: () => void): unknown;
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** Writes answers as fast as the client takes them; ends early when the call is aborted. */
export const writeAll = async (answers: unknown, stream: ResponseStream, running: RunningCall): Promise<void> => {
  if (!isAsyncIterable(answers)) throw new TypeError('the handler of a streaming RPC must return an async iterable');
  const { signal } = running;
  for await (const answer of answers) {
    signal.throwIfAborted();
    if (!stream.write(answer)) await once(stream as unknown as NodeJS.EventEmitter, 'drain', { signal });
  }
};

/**
 * The messages of a client's stream, each checked before the handler sees it, no faster than the handler takes them. Leaving them early leaves the
 * stream alone, which a loop over it would destroy: where it is answered by a stream, the two are one, and nobody would hear why it ended.
 */
export async function* checkedMessages(stream: AsyncIterable<object>, validate: (message: object) => void): AsyncGenerator<object> {
  const messages = stream[Symbol.asyncIterator]();
  for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
    refuseMalformed(next.value);
    validate(next.value);
    yield next.value;
  }
}
