import { Refusal } from '@drawdown/errors';
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';

import { GRPC_LIMITS } from '../limits.js';
import type { Caller } from './caller.js';

const ALGORITHMS = ['EdDSA', 'ES256'];
const BEARER = 'Bearer ';

export interface IdentityOptions {
  readonly keys: JWTVerifyGetKey;
  /** `aud` that a token must have. @default `drawdown` */
  readonly audience?: string;
  /** Milliseconds since 1970. @default the system's clock */
  readonly nowMs?: () => number;
}

interface Verified {
  readonly caller: Caller;
  readonly untilMs: number;
}

/** Thrown for a call without a usable token; nothing says which part of the token was wrong but its age. */
const unauthenticated = (reason: 'TOKEN_MISSING' | 'TOKEN_INVALID' | 'TOKEN_EXPIRED', message: string, cause?: unknown): Refusal =>
  new Refusal(reason, message, {}, [], { cause });

const isTextList = (value: unknown): value is string[] => Array.isArray(value) && value.every(item => typeof item === 'string');

/** As a token of a subject a namespace must be readable: longer ones would be stored as a hash (design §4). */
const NAMESPACE_ENCODED_CHARS_MAX = 200;

/** Characters of the percent-encoded text: three for each byte that does not stand for itself. */
const encodedLength = (text: string): number => {
  const plain = text.replace(/[^A-Za-z0-9_\-~]/g, '').length;
  return plain + 3 * (Buffer.byteLength(text) - plain);
};

const callerOf = (payload: JWTPayload): Caller => {
  const namespace = payload['namespace'];
  const roles = payload['roles'] ?? [];
  if (typeof namespace !== 'string' || namespace === '' || Buffer.byteLength(namespace) > GRPC_LIMITS.keyBytesMax) {
    throw unauthenticated('TOKEN_INVALID', 'the token names no namespace');
  }
  if (encodedLength(namespace) > NAMESPACE_ENCODED_CHARS_MAX)
    throw unauthenticated('TOKEN_INVALID', 'the namespace of the token is too long');
  if (!isTextList(roles)) throw unauthenticated('TOKEN_INVALID', 'the roles of the token are not a list of texts');
  return { subject: payload.sub ?? '', namespace, roles: new Set(roles) };
};

/**
 * Turns the `authorization` metadata of a call into its caller. A token must be signed by a known key (`kid` is required) with EdDSA or
 * ES256, name our audience and its own end. Verified tokens are remembered, so that a signature is checked once and not on every call.
 */
export class Identity {
  readonly #keys: JWTVerifyGetKey;
  readonly #audience: string;
  readonly #nowMs: () => number;
  /** By the whole header: nothing is cut out of it on the way of a known caller. */
  readonly #verified = new Map<string, Verified>();

  constructor(options: IdentityOptions) {
    const { keys } = options;
    this.#keys = (header, token) => {
      if (header.kid === undefined || header.kid === '') throw unauthenticated('TOKEN_INVALID', 'the token names no key');
      return keys(header, token);
    };
    this.#audience = options.audience ?? 'drawdown';
    this.#nowMs = options.nowMs ?? Date.now;
  }

  /** Answers at once for a remembered token. Throws or rejects with Refusal `TOKEN_MISSING`, `TOKEN_INVALID` or `TOKEN_EXPIRED`. */
  callerOf(authorization: string | undefined): Caller | Promise<Caller> {
    const known = authorization === undefined ? undefined : this.#verified.get(authorization);
    if (known !== undefined && this.#nowMs() < known.untilMs) return known.caller;
    if (authorization?.startsWith(BEARER) !== true) throw unauthenticated('TOKEN_MISSING', 'the call carries no bearer token');
    return this.#verify(authorization);
  }

  async #verify(authorization: string): Promise<Caller> {
    this.#verified.delete(authorization);
    const token = authorization.slice(BEARER.length);
    if (token.length > GRPC_LIMITS.tokenCharactersMax) throw unauthenticated('TOKEN_INVALID', 'the token is too long');
    const payload = await this.#payloadOf(token);
    const caller = callerOf(payload);
    const expiresAtMs = ((payload.exp ?? 0) + GRPC_LIMITS.clockToleranceSecondsMax) * 1_000;
    this.#remember(authorization, { caller, untilMs: Math.min(expiresAtMs, this.#nowMs() + GRPC_LIMITS.verifiedTokenMsMax) });
    return caller;
  }

  async #payloadOf(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        algorithms: ALGORITHMS,
        audience: this.#audience,
        requiredClaims: ['exp'],
        clockTolerance: GRPC_LIMITS.clockToleranceSecondsMax,
        currentDate: new Date(this.#nowMs()),
      });
      return payload;
    } catch (error) {
      if (error instanceof Refusal) throw error;
      if (error instanceof errors.JWTExpired) throw unauthenticated('TOKEN_EXPIRED', 'the token has expired', error);
      throw unauthenticated('TOKEN_INVALID', 'the token is not acceptable', error);
    }
  }

  #remember(authorization: string, verified: Verified): void {
    if (this.#verified.size >= GRPC_LIMITS.verifiedTokensMax) {
      const [first] = this.#verified.keys();
      if (first !== undefined) this.#verified.delete(first);
    }
    this.#verified.set(authorization, verified);
  }
}
