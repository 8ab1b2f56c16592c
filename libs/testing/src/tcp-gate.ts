import { createServer, connect, type Server, type Socket } from 'node:net';

/** A way to a server that a test can close and open again: for connections that are lost while both ends live. */
export class TcpGate {
  readonly #sockets = new Set<Socket>();
  #isOpen = true;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async before(host: string, port: number): Promise<TcpGate> {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the gate has no port');
    const gate = new TcpGate(server, address.port);
    server.on('connection', inward => gate.#join(inward, connect(port, host)));
    return gate;
  }

  /** Breaks every connection and lets no new one through. */
  shut(): void {
    this.#isOpen = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  open(): void {
    this.#isOpen = true;
  }

  async close(): Promise<void> {
    this.shut();
    await new Promise(resolve => this.server.close(resolve));
  }

  #join(inward: Socket, outward: Socket): void {
    for (const [socket, other] of [
      [inward, outward],
      [outward, inward],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    if (!this.#isOpen) inward.destroy();
    else inward.pipe(outward).pipe(inward);
  }
}
