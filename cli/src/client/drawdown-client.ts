import { Client, credentials, Metadata, status, type ClientWritableStream, type ServiceError } from '@grpc/grpc-js';
import pRetry from 'p-retry';
import { fromServiceError, isServiceError } from './call-failed.js';
import { CLIENT_LIMITS } from './limits.js';

/** How to reach a service, and as whom. */
export interface Connection {
  /** `host:port`. */
  readonly address: string;
  /** JWT; it names the namespace that every call is bound to. */
  readonly token: string;
  /** Encrypt, trusting the system's certificate authorities. @default false: fine on one machine, never across a network */
  readonly tls?: boolean;
  /** For one call with its repetitions, in milliseconds. @default CLIENT_LIMITS.callMsDefault */
  readonly timeoutMs?: number;
}

/** A method of a generated service definition. */
export interface Method<Request, Answer> {
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Answer;
}

/**
 * Calls any service of the project. Every call carries the token and a deadline; unary calls are repeated while the answer is UNAVAILABLE, which
 * is safe because commands carry their identity and usage events their ids. Every failure is a `CallFailed`.
 */
export class DrawdownClient {
  readonly #client: Client;
  readonly #metadata = new Metadata();
  readonly #timeoutMs: number;

  constructor(connection: Connection) {
    const channel = connection.tls === true ? credentials.createSsl() : credentials.createInsecure();
    this.#client = new Client(connection.address, channel, { 'grpc.max_receive_message_length': CLIENT_LIMITS.messageBytesMax });
    this.#metadata.set('authorization', `Bearer ${connection.token}`);
    this.#timeoutMs = connection.timeoutMs ?? CLIENT_LIMITS.callMsDefault;
  }

  /** @throws CallFailed */
  async call<Request, Answer>(method: Method<Request, Answer>, request: Request): Promise<Answer> {
    return this.#repeat(deadline => this.#unary(method, request, deadline));
  }

  /**
   * Sends messages and waits for the one answer; repeated like a unary call, so the messages must be safe to send again.
   * @throws CallFailed
   */
  async upload<Request, Answer>(method: Method<Request, Answer>, messages: readonly Request[]): Promise<Answer> {
    return this.#repeat(() => this.#clientStream(method, messages));
  }

  /** The messages of a streamed answer, as they come. @throws CallFailed */
  async *download<Request, Answer>(method: Method<Request, Answer>, request: Request): AsyncGenerator<Answer> {
    const options = { deadline: Date.now() + CLIENT_LIMITS.streamMsMax };
    const { path, requestSerialize, responseDeserialize } = method;
    const stream = this.#client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, this.#metadata, options);
    try {
      for await (const message of stream) yield message as Answer;
    } catch (error) {
      throw isServiceError(error) ? await fromServiceError(error) : error;
    } finally {
      stream.cancel();
    }
  }

  close(): void {
    this.#client.close();
  }

  async #repeat<Answer>(attempt: (deadline: number) => Promise<Answer>): Promise<Answer> {
    const deadline = Date.now() + this.#timeoutMs;
    try {
      return await pRetry(() => attempt(deadline), {
        retries: CLIENT_LIMITS.retriesMax,
        minTimeout: CLIENT_LIMITS.retryPauseMsMin,
        maxTimeout: CLIENT_LIMITS.retryPauseMsMax,
        maxRetryTime: this.#timeoutMs,
        randomize: true,
        shouldRetry: ({ error }) => isServiceError(error) && error.code === status.UNAVAILABLE && Date.now() < deadline,
      });
    } catch (error) {
      throw isServiceError(error) ? await fromServiceError(error) : error;
    }
  }

  #unary<Request, Answer>(method: Method<Request, Answer>, request: Request, deadline: number): Promise<Answer> {
    const { path, requestSerialize, responseDeserialize } = method;
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        this.#metadata,
        { deadline },
        settle(resolve, reject),
      );
    });
  }

  #clientStream<Request, Answer>(method: Method<Request, Answer>, messages: readonly Request[]): Promise<Answer> {
    const { path, requestSerialize, responseDeserialize } = method;
    const options = { deadline: Date.now() + CLIENT_LIMITS.streamMsMax };
    return new Promise((resolve, reject) => {
      const stream: ClientWritableStream<Request> = this.#client.makeClientStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        this.#metadata,
        options,
        settle(resolve, reject),
      );
      // What went wrong is told to the callback as well.
      stream.on('error', () => undefined);
      void writeAll(stream, messages);
    });
  }
}

const settle =
  <Answer>(resolve: (answer: Answer) => void, reject: (error: Error) => void) =>
  (error: ServiceError | null, answer?: Answer): void => {
    if (error !== null) reject(error);
    else if (answer === undefined) reject(new Error('the server ended the call without an answer'));
    else resolve(answer);
  };

/** Waits whenever the server is slower than we are; a stream that has ended takes nothing any more. */
const writeAll = async <Request>(stream: ClientWritableStream<Request>, messages: readonly Request[]): Promise<void> => {
  for (const message of messages) {
    if (stream.destroyed) return;
    if (stream.write(message)) continue;
    await new Promise<void>(resolve => {
      stream
        .once('drain', resolve)
        .once('close', resolve)
        .once('error', () => resolve());
    });
  }
  stream.end();
};
