import type { MethodDefinition } from '@grpc/grpc-js';
import { Refusal } from '@drawdown/errors';

/** Stands in the place of a request whose bytes are not a message of the contract. */
class Malformed {
  constructor(readonly cause: unknown) {}
}

/** grpc-js answers INTERNAL when a decoder throws; the mistake is the client's, so the decoder answers a mark instead. */
export const withoutThrowing = <D extends Pick<MethodDefinition<object, object>, 'requestDeserialize'>>(definition: D): D => ({
  ...definition,
  requestDeserialize: (bytes: Buffer): object => {
    try {
      return definition.requestDeserialize(bytes);
    } catch (error) {
      return new Malformed(error);
    }
  },
});

/** Throws Refusal `MALFORMED_REQUEST`. */
export const refuseMalformed = (request: unknown): void => {
  if (request instanceof Malformed) {
    throw new Refusal('MALFORMED_REQUEST', 'the request is not a message of the contract', {}, [], { cause: request.cause });
  }
};
