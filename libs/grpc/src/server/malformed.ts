import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { MethodDefinition } from '@grpc/grpc-js';
import { Refusal } from '@drawdown/errors';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Throws for a string that is not UTF-8, which protobuf forbids. The library's default puts U+FFFD in the place of what it cannot read, and
 * two different keys would become the same one. The generated decoders take a reader as well as bytes; their declared type names bytes only.
 */
const strictly = (bytes: Buffer): Buffer => new BinaryReader(bytes, text => utf8.decode(text)) as unknown as Buffer;

/** Stands in the place of a request whose bytes are not a message of the contract. */
class Malformed {
  constructor(readonly cause: unknown) {}
}

/** grpc-js answers INTERNAL when a decoder throws; the mistake is the client's, so the decoder answers a mark instead. */
export const withoutThrowing = <D extends Pick<MethodDefinition<object, object>, 'requestDeserialize'>>(definition: D): D => ({
  ...definition,
  requestDeserialize: (bytes: Buffer): object => {
    try {
      return definition.requestDeserialize(strictly(bytes));
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
