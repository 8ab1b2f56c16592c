import type { DynamicModule, LoggerService, Type } from '@nestjs/common';
import { type INestMicroservice } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { type Server, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';

import { type ErrorCodes, errorCodes } from '../errors/error-codes.js';
import { ErrorFilter } from '../errors/error-filter.js';
import type { Identity } from '../identity/identity.js';
import { GRPC_LIMITS } from '../limits.js';
import { DrawdownServer, type ServiceDefinitions } from './drawdown-server.js';
import { Edge } from './edge.js';
import { addReflection } from './reflection.js';
import { declarationsOf, namesOf, type RpcDeclaration } from './rpc.js';

export interface GrpcServerOptions {
  /** Address to listen on. @default `0.0.0.0`; wrong on a machine of one's own, where `127.0.0.1` is enough. */
  readonly host?: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** The generated definitions of all services to serve; every RPC of them needs a controller. */
  readonly services: readonly ServiceDefinitions[];
  readonly identity: Identity;
  /** @default no encryption: for a mesh or a proxy that adds it. */
  readonly credentials?: ServerCredentials;
  readonly logger: LoggerService;
  /** The service's own reasons. */
  readonly codes?: ErrorCodes;
  /** Serialized descriptors for reflection; absent (production): no reflection. */
  readonly descriptorSet?: Uint8Array;
  /** @default `GRPC_LIMITS.unaryCallsMax` */
  readonly unaryCallsMax?: number;
  /** @default `GRPC_LIMITS.streamingCallsMax` */
  readonly streamingCallsMax?: number;
}

/** `SERVING` answers calls; load balancers ask by service, or with an empty name for the whole. */
export type ServingStatus = 'SERVING' | 'NOT_SERVING';

export interface GrpcServer {
  readonly app: INestMicroservice;
  /** Starts to listen; resolves to the port. Everything is NOT_SERVING until `setStatus` says otherwise. */
  listen(): Promise<number>;
  /** Full name of a service, or nothing for all of them and the whole. */
  setStatus(status: ServingStatus, service?: string): void;
  /**
   * Goes gracefully: NOT_SERVING, no new calls, calls under way finish within `msMax`, then whatever is left is cut off, then the
   * application closes. Resolves to the number of calls that were cut off; a second call waits for the
   * first.
   */
  drain(msMax?: number): Promise<number>;
}

const CHANNEL_OPTIONS = {
  'grpc.max_receive_message_length': GRPC_LIMITS.messageBytesMax,
  'grpc.max_send_message_length': GRPC_LIMITS.messageBytesMax,
  'grpc.max_metadata_size': GRPC_LIMITS.metadataBytesMax,
  'grpc.max_concurrent_streams': GRPC_LIMITS.streamsPerConnectionMax,
  'grpc.keepalive_time_ms': GRPC_LIMITS.keepaliveMs,
  'grpc.keepalive_timeout_ms': GRPC_LIMITS.keepaliveTimeoutMs,
  'grpc.enable_channelz': 0,
} as const;

const declarationsIn = (app: INestMicroservice): RpcDeclaration[] => {
  const modules = [...app.get(ModulesContainer).values()];
  const controllers = modules.flatMap(module => [...module.controllers.values()]).map(({ metatype }): unknown => metatype);
  return controllers.flatMap(controller => (typeof controller === 'function' ? declarationsOf(controller) : []));
};

const serviceNamesOf = (services: readonly ServiceDefinitions[]): string[] => [
  ...new Set(services.flatMap(service => Object.values(service)).map(({ path }) => namesOf(path).fullService)),
];

const withinMs = async (work: Promise<unknown>, msMax: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>(resolve => {
    timer = setTimeout(resolve, msMax);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
};

const drainServer = async (edge: Edge, server: Server, msMax: number): Promise<number> => {
  const closed = new Promise<void>(resolve => server.tryShutdown(() => resolve()));
  await withinMs(Promise.all([edge.unaryGate.drain(), edge.streamingGate.drain()]), msMax);
  const cutOff = edge.unaryGate.cutOff() + edge.streamingGate.cutOff();
  // The last answers are still on their way; watchers of our health, however, would never leave by themselves.
  await withinMs(closed, GRPC_LIMITS.flushMsMax);
  server.forceShutdown();
  return cutOff;
};

/** Makes the gRPC server of a service out of its Nest module; it listens when told to. */
export const createGrpcServer = async (module: Type | DynamicModule, options: GrpcServerOptions): Promise<GrpcServer> => {
  const codes = errorCodes(options.codes);
  const report = (error: unknown, incident: string): void => {
    options.logger.error('a call failed by our own mistake', { incident, err: error });
  };
  const { unaryCallsMax, streamingCallsMax } = { ...GRPC_LIMITS, ...options };
  const edge = new Edge({ identity: options.identity, codes, report, unaryCallsMax, streamingCallsMax });
  const names = ['', ...serviceNamesOf(options.services)];
  const health = new HealthImplementation(Object.fromEntries(names.map(name => [name, 'NOT_SERVING'])));
  const strategy = new DrawdownServer({
    url: `${options.host ?? '0.0.0.0'}:${options.port}`,
    services: options.services,
    channelOptions: CHANNEL_OPTIONS,
    credentials: options.credentials ?? ServerCredentials.createInsecure(),
    edge,
    addOpenServices: server => {
      health.addToServer(server);
      if (options.descriptorSet !== undefined) addReflection(server, options.descriptorSet);
    },
  });
  const app = await NestFactory.createMicroservice(module, { strategy, logger: options.logger, abortOnError: false });
  app.useGlobalFilters(new ErrorFilter(codes, report));
  const setStatus = (status: ServingStatus, service?: string): void => {
    for (const name of service === undefined ? names : [service]) health.setStatus(name, status);
  };
  const leave = async (msMax: number): Promise<number> => {
    setStatus('NOT_SERVING');
    const cutOff = await drainServer(edge, strategy.server, msMax);
    await app.close();
    return cutOff;
  };
  let leaving: Promise<number> | undefined;
  return {
    app,
    setStatus,
    listen: async () => {
      strategy.declare(declarationsIn(app));
      await app.listen();
      return strategy.port;
    },
    drain: (msMax = GRPC_LIMITS.drainMsMax) => (leaving ??= leave(msMax)),
  };
};
