import { randomUUID } from 'node:crypto';
import { Client as Channel, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { readErrorDetails, type ErrorDetails } from '@drawdown/grpc';
import type { Timestamp } from '@drawdown/proto';

/** Bounds what hangs, on a busy machine too. */
const CALL_MS_DEFAULT = 30_000;

/** The part of a generated service definition that a call needs. */
interface Method<Request, Response> {
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

export interface CallOptions {
  readonly deadlineMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls one replica with one token. */
export class Client {
  readonly #channel: Channel;

  constructor(
    readonly address: string,
    private readonly token: string | undefined,
  ) {
    this.#channel = new Channel(address, credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
    });
  }

  call<Request, Response>(method: Method<Request, Response>, request: Request, options: CallOptions = {}): Promise<Response> {
    return this.callBytes(method, method.requestSerialize(request), options);
  }

  /** As the bytes stand, whether they are a message or not. */
  callBytes<Response>(method: Method<never, Response>, bytes: Buffer, options: CallOptions = {}): Promise<Response> {
    return new Promise((resolve, reject) =>
      this.#channel.makeUnaryRequest(
        method.path,
        (body: Buffer) => body,
        method.responseDeserialize,
        bytes,
        this.#metadata(options),
        this.#deadline(options),
        (error, response) => (error === null ? resolve(response as Response) : reject(error)),
      ),
    );
  }

  /** A call to which several messages are sent. */
  send<Request, Response>(method: Method<Request, Response>, requests: readonly Request[], options: CallOptions = {}): Promise<Response> {
    return new Promise((resolve, reject) => {
      const stream = this.#channel.makeClientStreamRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        this.#metadata(options),
        this.#deadline(options),
        (error, response) => (error === null ? resolve(response as Response) : reject(error)),
      );
      for (const request of requests) stream.write(request);
      stream.end();
    });
  }

  /** A call that answers several messages. */
  collect<Request, Response>(method: Method<Request, Response>, request: Request, options: CallOptions = {}): Promise<Response[]> {
    return new Promise((resolve, reject) => {
      const answers: Response[] = [];
      this.#channel
        .makeServerStreamRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          request,
          this.#metadata(options),
          this.#deadline(options),
        )
        .on('data', (answer: Response) => answers.push(answer))
        .on('error', reject)
        .on('end', () => resolve(answers));
    });
  }

  /** A call whose answers are looked at as they come; leaving the loop ends it. */
  async *watch<Request, Response extends object>(
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions = {},
  ): AsyncGenerator<Response> {
    const stream = this.#channel.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      this.#metadata(options),
      this.#deadline(options),
    );
    stream.on('error', () => undefined);
    try {
      for await (const answer of stream) yield answer as Response;
    } finally {
      stream.cancel();
    }
  }

  close(): void {
    this.#channel.close();
  }

  #metadata({ headers = {} }: CallOptions): Metadata {
    const metadata = new Metadata();
    if (this.token !== undefined) metadata.set('authorization', `Bearer ${this.token}`);
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    return metadata;
  }

  #deadline({ deadlineMs = CALL_MS_DEFAULT }: CallOptions): { readonly deadline: number } {
    return { deadline: Date.now() + deadlineMs };
  }
}

export interface Refused extends ErrorDetails {
  /** Name of the gRPC code. */
  readonly code: string;
  readonly message: string;
}

/** A call that is expected to fail; fails the test when it does not. */
export const refusalOf = async (call: Promise<unknown>): Promise<Refused> => {
  try {
    await call;
  } catch (error) {
    const { code, details, metadata } = error as ServiceError;
    return { code: status[code], message: details, ...readErrorDetails(metadata) };
  }
  throw new Error('the call was expected to be refused');
};

/** Id and time of a command that nobody has given before. */
export const newCommand = (): { readonly requestId: string; readonly requestTime: Timestamp } => ({
  requestId: randomUUID(),
  requestTime: timestamp(Date.now()),
});

export const timestamp = (ms: number): Timestamp => ({ seconds: Math.floor(ms / 1_000), nanos: (ms % 1_000) * 1_000_000 });

export const millis = (at: Timestamp | undefined): number => {
  if (at === undefined) throw new Error('the answer has no such time');
  return at.seconds * 1_000 + at.nanos / 1_000_000;
};
