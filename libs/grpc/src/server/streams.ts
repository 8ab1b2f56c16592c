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

/** The reading half of a grpc-js stream. */
export interface RequestStream {
  iterator(options: { readonly destroyOnReturn: boolean }): AsyncIterable<object>;
}

/**
 * The messages of a client's stream, each checked before the handler sees it, no faster than the handler takes them. Where a stream is answered by
 * a stream the two are one object: a loop that destroyed it at its end, as loops over streams do, would leave nothing to answer with.
 */
export async function* checkedMessages(stream: RequestStream, validate: (message: object) => void): AsyncGenerator<object> {
  for await (const message of stream.iterator({ destroyOnReturn: false })) {
    refuseMalformed(message);
    validate(message);
    yield message;
  }
}
