import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A message as it arrived. */
export interface Arrival {
  readonly idempotencyKey: string;
  readonly signature: string;
  readonly contentType: string;
  readonly body: string;
}

/** What is done with the next message: answered with a status, redirected, or left without an answer. */
export type Behaviour = number | 'silent' | 'hang-up' | { readonly redirectTo: string };

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

const header = (request: IncomingMessage, name: string): string => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
};

/** A real server that keeps money, with faults on order. */
export class Receiver {
  readonly arrivals: Arrival[] = [];
  readonly #behaviours: Behaviour[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request, response);
    });
  }

  async start(): Promise<void> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>(resolve => this.#server.close(() => resolve()));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/payments`;
  }

  /** What is done with the next messages; those after them are taken. */
  plan(...behaviours: readonly Behaviour[]): void {
    this.#behaviours.push(...behaviours);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.arrivals.push({
      idempotencyKey: header(request, 'idempotency-key'),
      signature: header(request, 'drawdown-signature'),
      contentType: header(request, 'content-type'),
      body: await textOf(request),
    });
    const behaviour = this.#behaviours.shift() ?? 202;
    if (behaviour === 'silent') return;
    if (behaviour === 'hang-up') request.socket.destroy();
    else if (typeof behaviour === 'number') response.writeHead(behaviour).end('an answer that nobody reads');
    else response.writeHead(307, { location: behaviour.redirectTo }).end();
  }
}
