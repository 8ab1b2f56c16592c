import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { readErrorDetails, type ErrorDetails } from '@drawdown/grpc';

const CALL_MS = 10_000;

/** The part of a generated method that a call needs; of which types it is, its caller knows. */
export interface AnyMethod {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (request: never) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => unknown;
}

/** How a call ended. */
export interface Outcome extends ErrorDetails {
  /** Name of the gRPC code. */
  readonly code: string;
  /** Absent where it failed. */
  readonly answer: unknown;
}

/** Calls every kind of RPC by its definition, whatever its types, and says how that ended. */
export class EdgeClient {
  readonly #channel: Client;
  readonly #metadata = new Metadata();

  constructor(address: string, token: string) {
    this.#channel = new Client(address, credentials.createInsecure());
    this.#metadata.set('authorization', `Bearer ${token}`);
  }

  call(method: AnyMethod, request: object): Promise<Outcome> {
    return this.callBytes(method, method.requestSerialize(request as never));
  }

  /** As the bytes stand, whether they are a message or not. Of a stream the first answer counts. */
  callBytes(method: AnyMethod, bytes: Buffer): Promise<Outcome> {
    return new Promise(resolve => {
      const settle = (error: ServiceError | null, answer?: unknown): void => resolve(outcomeOf(error, answer));
      const options = { deadline: Date.now() + CALL_MS };
      const asIs = (body: Buffer): Buffer => body;
      const { path, responseDeserialize: read } = method;
      if (!method.requestStream && !method.responseStream) {
        this.#channel.makeUnaryRequest(path, asIs, read, bytes, this.#metadata, options, settle);
        return;
      }
      const onStream = <S extends NodeJS.EventEmitter>(stream: S): S =>
        stream
          .on('data', (answer: unknown) => settle(null, answer))
          .on('error', (error: ServiceError) => settle(error))
          .on('end', () => settle(null));
      if (method.requestStream) onStream(this.#channel.makeBidiStreamRequest(path, asIs, read, this.#metadata, options)).end(bytes);
      else onStream(this.#channel.makeServerStreamRequest(path, asIs, read, bytes, this.#metadata, options));
    });
  }

  close(): void {
    this.#channel.close();
  }
}

const outcomeOf = (error: ServiceError | null, answer: unknown): Outcome => {
  if (error === null) return { code: 'OK', reason: '', metadata: {}, violations: [], answer };
  return { code: status[error.code], ...readErrorDetails(error.metadata), answer: undefined };
};
