import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';

/** A method of a generated service definition. */
export interface Method<Request, Answer> {
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Answer;
}

const DEADLINE_MS = 10_000;

/** Calls any method of any service, as a bearer of one token. Fails with grpc-js' `ServiceError`; repeats nothing. */
export class ServiceClient {
  readonly #client: Client;
  readonly #metadata = new Metadata();

  constructor(address: string, token: string) {
    this.#client = new Client(address, credentials.createInsecure());
    this.#metadata.set('authorization', `Bearer ${token}`);
  }

  call<Request, Answer>(method: Method<Request, Answer>, request: Request, deadlineMs = DEADLINE_MS): Promise<Answer> {
    const { path, requestSerialize, responseDeserialize } = method;
    const options = { deadline: Date.now() + deadlineMs };
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, this.#metadata, options, (error, answer) => {
        if (error !== null) reject(error);
        else if (answer === undefined) reject(new Error(`${path} ended without an answer`));
        else resolve(answer);
      });
    });
  }

  /** All messages of a streamed answer. */
  async collect<Request, Answer>(method: Method<Request, Answer>, request: Request, deadlineMs = DEADLINE_MS): Promise<Answer[]> {
    const { path, requestSerialize, responseDeserialize } = method;
    const options = { deadline: Date.now() + deadlineMs };
    const stream = this.#client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, this.#metadata, options);
    const answers: Answer[] = [];
    for await (const answer of stream) answers.push(answer as Answer);
    return answers;
  }

  close(): void {
    this.#client.close();
  }
}

const isServiceError = (error: unknown): error is ServiceError => error instanceof Error && 'code' in error && 'metadata' in error;

/** Whether the same call may be sent again: nobody answered, or the one who did could not say what became of it. */
export const mayBeRepeated = (error: unknown): boolean =>
  isServiceError(error) && [status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED, status.ABORTED].includes(error.code);
