import {
  AccessServiceClient,
  AccessServiceService,
  OperationsServiceClient,
  UsageServiceClient,
  UsageServiceService,
  descriptorSet,
} from '@drawdown/proto';
import { credentials, Metadata } from '@grpc/grpc-js';
import type { LoggerService } from '@nestjs/common';

import {
  createGrpcServer,
  createIssuer,
  type GrpcServer,
  type GrpcServerOptions,
  Identity,
  type Issuer,
  keysFromSet,
} from '../../src/index.js';
import { auditProjection, rebuild, SampleModule } from './sample-service.js';

export const sampleServices = [AccessServiceService, UsageServiceService, { rebuild, auditProjection }];

/** Keeps what was logged as an error; the rest is not of interest. */
export class ErrorLog implements LoggerService {
  readonly errors: unknown[][] = [];
  log(): void {}
  warn(): void {}
  error(...entry: unknown[]): void {
    this.errors.push(entry);
  }
}

export interface Sample {
  readonly server: GrpcServer;
  readonly address: string;
  readonly issuer: Issuer;
  readonly log: ErrorLog;
  readonly access: AccessServiceClient;
  readonly usage: UsageServiceClient;
  readonly operations: OperationsServiceClient;
  metadata(namespace?: string, roles?: readonly string[]): Promise<Metadata>;
  stop(): Promise<void>;
}

export const startSample = async (options: Partial<GrpcServerOptions> = {}): Promise<Sample> => {
  const issuer = await createIssuer('key-1');
  const log = new ErrorLog();
  const identity = new Identity({ keys: keysFromSet(issuer.keySet) });
  const server = await createGrpcServer(SampleModule, {
    host: '127.0.0.1',
    port: 0,
    services: sampleServices,
    identity,
    logger: log,
    descriptorSet,
    ...options,
  });
  const address = `127.0.0.1:${await server.listen()}`;
  server.setStatus('SERVING');
  const clients = {
    access: new AccessServiceClient(address, credentials.createInsecure()),
    usage: new UsageServiceClient(address, credentials.createInsecure()),
    operations: new OperationsServiceClient(address, credentials.createInsecure()),
  };
  return {
    server,
    address,
    issuer,
    log,
    ...clients,
    metadata: async (namespace = 'acme', roles = []) => {
      const metadata = new Metadata();
      metadata.set('authorization', `Bearer ${await issuer.issue({ namespace, roles, lifetimeSeconds: 300 })}`);
      return metadata;
    },
    stop: async () => {
      for (const client of Object.values(clients)) client.close();
      await server.drain(1_000);
    },
  };
};
