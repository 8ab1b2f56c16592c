import 'reflect-metadata';

import { GrpcMethod, GrpcStreamCall } from '@nestjs/microservices';

import type { RequestClass } from '../validation/compile.js';
import type { CallContext } from './call-context.js';

const RPC_KEY = Symbol('drawdown:rpc');

/** What an RPC demands of a call before its handler sees it. */
export interface RpcOptions {
  /** class-validator rules of the request, or of each message of a client's stream. */
  readonly request: RequestClass;
  /** Role the caller must have; without one any caller may call, within the namespace of its token. */
  readonly role?: string;
  /** Time of a call whose client set no deadline, in milliseconds. @default `GRPC_LIMITS` */
  readonly msDefault?: number;
  /** The most that any client gets, in milliseconds. @default `GRPC_LIMITS` */
  readonly msMax?: number;
}

export interface RpcDeclaration extends RpcOptions {
  /** `/package.Service/Method` */
  readonly path: string;
}

/** A method as ts-proto defines it. */
interface Definition<Request, Response> {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestDeserialize: (bytes: Buffer) => Request;
  readonly responseSerialize: (response: Response) => Buffer;
}

type Input<D, Request> = D extends { readonly requestStream: true } ? AsyncIterable<Request> : Request;
type Output<D, Response> = D extends { readonly responseStream: true } ? AsyncIterable<Response> : Promise<Response>;

/** `/drawdown.entitlements.v1.GrantsService/CreateGrant` → package, service and method. */
export const namesOf = (path: string): { readonly service: string; readonly fullService: string; readonly method: string } => {
  const [, fullService = '', method = ''] = path.split('/');
  return { fullService, service: fullService.slice(fullService.lastIndexOf('.') + 1), method };
};

/**
 * Binds a controller's method to an RPC of the contract. The compiler holds the method to the contract's types, and a method that is not
 * declared this way is not served at all.
 */
export const Rpc =
  <Request, Response, D extends Definition<Request, Response>>(definition: D & Definition<Request, Response>, options: RpcOptions) =>
  <M extends (request: Input<D, Request>, context: CallContext) => Output<D, Response>>(
    target: object,
    property: string,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    const { service, method } = namesOf(definition.path);
    const bind = definition.requestStream ? GrpcStreamCall(service, method) : GrpcMethod(service, method);
    bind(target, property, descriptor);
    const declaration: RpcDeclaration = { ...options, path: definition.path };
    Reflect.defineMetadata(RPC_KEY, declaration, target, property);
  };

/** The RPCs that a controller's class declares. */
export const declarationsOf = (controller: { readonly prototype: unknown }): RpcDeclaration[] => {
  const prototype = controller.prototype as object;
  return Object.getOwnPropertyNames(prototype).flatMap(property => {
    const declaration = Reflect.getMetadata(RPC_KEY, prototype, property) as RpcDeclaration | undefined;
    return declaration === undefined ? [] : [declaration];
  });
};
