import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { JWTPayload } from 'jose';

import { readErrorDetails } from '../errors/read-details.js';
import { createIssuer, type Issuer } from '../identity/issuer.js';
import type { ServiceDefinitions } from '../server/drawdown-server.js';

/** How long one refused call may take. */
const CALL_MS_MAX = 5_000;
const HOUR_SECONDS = 3_600;

/** What one RPC answered to one token. */
export interface IdentityOutcome {
  readonly rpc: string;
  readonly token: string;
  /** OK when the call was let through. */
  readonly code: status;
  readonly reason: string;
}

const unsigned = (claims: object): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', kid: 'none' })}.${part(claims)}.`;
};

/** Every kind of token that must not be let through, by what is wrong with it; `undefined` is no token at all. */
export const unacceptableTokens = async (issuer: Issuer): Promise<ReadonlyMap<string, string | undefined>> => {
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const claims = { sub: 'tester', aud: 'drawdown', namespace: 'acme', roles: ['operator'], exp: nowSeconds + HOUR_SECONDS };
  const without = (name: string): JWTPayload => Object.fromEntries(Object.entries(claims).filter(([claim]) => claim !== name));
  const good = await issuer.sign(claims);
  const [header = '', payload = ''] = good.split('.');
  const stranger = await createIssuer(issuer.keySet.keys[0]?.kid ?? 'unknown');
  return new Map<string, string | undefined>([
    ['none', undefined],
    ['garbage', 'garbage'],
    ['expired', await issuer.sign({ ...claims, exp: nowSeconds - HOUR_SECONDS })],
    ['without an end', await issuer.sign(without('exp'))],
    ['not valid yet', await issuer.sign({ ...claims, nbf: nowSeconds + HOUR_SECONDS })],
    ['another audience', await issuer.sign({ ...claims, aud: 'elsewhere' })],
    ['without an audience', await issuer.sign(without('aud'))],
    ['unknown key id', await issuer.sign(claims, { kid: 'unknown' })],
    ['without a key id', await issuer.sign(claims, {})],
    ['signed by a stranger', await stranger.sign(claims)],
    ['unsigned', unsigned(claims)],
    [
      'another payload',
      `${header}.${Buffer.from(JSON.stringify({ ...claims, namespace: 'other' })).toString('base64url')}.${good.split('.')[2]}`,
    ],
    ['signature cut off', `${header}.${payload}.`],
    ['without a namespace', await issuer.sign(without('namespace'))],
    ['empty namespace', await issuer.sign({ ...claims, namespace: '' })],
    ['namespace not a text', await issuer.sign({ ...claims, namespace: 7 })],
    ['roles not a list', await issuer.sign({ ...claims, roles: 'operator' })],
  ]);
};

const asIs = (bytes: Buffer): Buffer => bytes;

/** Calls one RPC with an empty message, whatever its kind, and says how it ended. */
const callEmpty = (client: Client, method: ServiceDefinitions[string], token: string | undefined): Promise<ServiceError | undefined> =>
  new Promise(resolve => {
    const metadata = new Metadata();
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
    const options = { deadline: Date.now() + CALL_MS_MAX };
    const settle = (error: ServiceError | null): void => resolve(error ?? undefined);
    const empty = Buffer.alloc(0);
    if (method.responseStream) {
      const stream = method.requestStream
        ? client.makeBidiStreamRequest(method.path, asIs, asIs, metadata, options)
        : client.makeServerStreamRequest(method.path, asIs, asIs, empty, metadata, options);
      stream
        .on('data', () => undefined)
        .on('error', settle)
        .on('end', () => settle(null));
    } else if (method.requestStream) {
      client.makeClientStreamRequest(method.path, asIs, asIs, metadata, options, settle).end(empty);
    } else {
      client.makeUnaryRequest(method.path, asIs, asIs, empty, metadata, options, settle);
    }
  });

/** Calls every RPC of the services with every token: what must be refused can then be asserted of all of them at once. */
export const identityMatrix = async (
  address: string,
  services: readonly ServiceDefinitions[],
  tokens: ReadonlyMap<string, string | undefined>,
): Promise<IdentityOutcome[]> => {
  const client = new Client(address, credentials.createInsecure());
  const outcomes: IdentityOutcome[] = [];
  try {
    for (const method of services.flatMap(service => Object.values(service))) {
      for (const [name, token] of tokens) {
        const error = await callEmpty(client, method, token);
        const reason = error === undefined ? '' : readErrorDetails(error.metadata).reason;
        outcomes.push({ rpc: method.path, token: name, code: error?.code ?? status.OK, reason });
      }
    }
    return outcomes;
  } finally {
    client.close();
  }
};
