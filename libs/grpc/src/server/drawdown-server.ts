import { Fault } from '@drawdown/errors';
import { type Metadata, type MethodDefinition, type Server, ServerCredentials } from '@grpc/grpc-js';
import { ServerGrpc } from '@nestjs/microservices';

import { type Answer, type Edge, type ServedRpc, serveRpc } from './edge.js';
import type { RunningCall } from './call-context.js';
import { withoutThrowing } from './malformed.js';
import { namesOf, type RpcDeclaration } from './rpc.js';
import { checkedMessages, type RequestStream, type ResponseStream, writeAll } from './streams.js';

export type AnyMethod = MethodDefinition<never, never>;
/** A service as ts-proto generates it: method name → definition. */
export type ServiceDefinitions = Readonly<
  Record<string, Omit<AnyMethod, 'requestSerialize' | 'requestDeserialize' | 'responseSerialize' | 'responseDeserialize'>>
>;

type NestHandler = (request: unknown, running: RunningCall, call: unknown) => unknown;

/** A grpc-js call of any kind, as the strategy sees it. */
interface AnyCall extends ResponseStream, RequestStream {
  readonly request: unknown;
  readonly metadata: Metadata;
  getDeadline(): Date | number;
  on(event: 'cancelled', listener: () => void): unknown;
  end(): void;
  emit(event: 'error', error: unknown): unknown;
}

interface StrategyOptions {
  readonly url: string;
  readonly services: readonly ServiceDefinitions[];
  readonly channelOptions: Readonly<Record<string, number | string>>;
  readonly credentials: ServerCredentials;
  readonly edge: Edge;
  /** Adds what needs no token: health, reflection. */
  readonly addOpenServices: (server: Server) => void;
}

/** Generated definitions by their names on the wire, with decoders that do not throw. */
const packageDefinitionOf = (services: readonly ServiceDefinitions[]): Record<string, Record<string, unknown>> => {
  const definitions: Record<string, Record<string, unknown>> = {};
  for (const method of services.flatMap(service => Object.values(service))) {
    const { fullService, method: name } = namesOf(method.path);
    (definitions[fullService] ??= {})[name] = withoutThrowing(method as unknown as MethodDefinition<object, object>);
  }
  return definitions;
};

const packagesOf = (services: readonly ServiceDefinitions[]): string[] => {
  const names = services.flatMap(service => Object.values(service)).map(({ path }) => namesOf(path).fullService);
  return [...new Set(names.map(name => name.slice(0, name.lastIndexOf('.'))))];
};

/**
 * Nest's own gRPC transport with two differences: the generated codecs of ts-proto serve the wire (no proto-loader, exact types), and every
 * call passes the `Edge`, so that no handler can be reached around it.
 */
export class DrawdownServer extends ServerGrpc {
  readonly #options: StrategyOptions;
  #rpcs = new Map<string, RpcDeclaration>();
  #port = 0;

  constructor(options: StrategyOptions) {
    super({
      url: options.url,
      package: packagesOf(options.services),
      packageDefinition: packageDefinitionOf(options.services),
      onLoadPackageDefinition: (_definition: unknown, server: unknown) => options.addOpenServices(server as Server),
    });
    this.#options = options;
  }

  get port(): number {
    return this.#port;
  }

  get server(): Server {
    return this.grpcClient as Server;
  }

  /** Names what each RPC demands. Throws Fault `RPC_NOT_SERVED` when the contract has an RPC that no controller declares. */
  declare(declarations: readonly RpcDeclaration[]): void {
    this.#rpcs = new Map(declarations.map(declaration => [declaration.path, declaration]));
    const missing = this.#options.services.flatMap(service => Object.values(service)).filter(({ path }) => !this.#rpcs.has(path));
    if (missing.length === 0) return;
    const paths = missing.map(({ path }) => path).join(', ');
    throw new Fault('RPC_NOT_SERVED', `no controller declares ${paths}`, { paths });
  }

  override async createClient(): Promise<Server> {
    const { Server: GrpcServer } = await import('@grpc/grpc-js');
    const server = new GrpcServer({ ...this.#options.channelOptions });
    this.#port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(this.#options.url, this.#options.credentials, (error, port) => (error === null ? resolve(port) : reject(error)));
    });
    return server;
  }

  // Nest's type asks for `Function`; the handler is the proxied method of a controller.
  override createServiceMethod(handler: NestHandler, definition: AnyMethod): (call: AnyCall, answer?: Answer) => void {
    const declaration = this.#rpcs.get(definition.path);
    if (declaration === undefined) throw new Fault('RPC_NOT_SERVED', `${definition.path} has no declaration`, { paths: definition.path });
    const rpc = serveRpc(declaration, definition.requestStream || definition.responseStream);
    return definition.responseStream ? this.#answeringStream(rpc, handler, definition) : this.#answeringOnce(rpc, handler, definition);
  }

  #answeringOnce(rpc: ServedRpc, handler: NestHandler, definition: AnyMethod): (call: AnyCall, answer?: Answer) => void {
    const { edge } = this.#options;
    return (call, answer = () => undefined) => {
      const request = definition.requestStream ? undefined : call.request;
      const input = definition.requestStream ? () => checkedMessages(call, rpc.validate) : () => request;
      edge.run(rpc, call, request, running => handler(input(), running, call), answer);
    };
  }

  #answeringStream(rpc: ServedRpc, handler: NestHandler, definition: AnyMethod): (call: AnyCall) => void {
    const { edge } = this.#options;
    return call => {
      const request = definition.requestStream ? undefined : call.request;
      const input = definition.requestStream ? () => checkedMessages(call, rpc.validate) : () => request;
      const work = async (running: RunningCall): Promise<void> => writeAll(await handler(input(), running, call), call, running);
      edge.run(rpc, call, request, work, error => (error === null ? call.end() : call.emit('error', error)));
    };
  }
}
