import { Fault } from '@drawdown/errors';
import type { Join, Scope } from '../../domain/index.js';
import { idOfField } from './hit-ids.js';
import { pairsOf } from './replies.js';

/** Characters of a client key (sessions §12.2). */
const CLIENT_KEY_LENGTH = 22;

/** What a session counts, as the library packs it: big-endian, `NUMBERS` in library/sessions.ts. */
export interface SessionNumbers {
  readonly startedAtMs: number;
  readonly lastHitAtMs: number;
  readonly expiryBucket: number;
  readonly hits: number;
  readonly bytes: number;
  readonly duplicateHits: number;
  readonly lateHits: number;
  readonly isLate: boolean;
}

const NUMBERS_BYTES = 59;
const TIME_BYTES = 6;

const numbersOf = (packed: Buffer): SessionNumbers => {
  if (packed.length !== NUMBERS_BYTES) throw new Fault('STORE_BROKEN', `a session has ${String(packed.length)} bytes of numbers`);
  return {
    startedAtMs: packed.readIntBE(0, TIME_BYTES),
    lastHitAtMs: packed.readIntBE(6, TIME_BYTES),
    expiryBucket: packed.readIntBE(12, TIME_BYTES),
    hits: packed.readUInt32BE(22),
    bytes: packed.readUIntBE(26, TIME_BYTES),
    duplicateHits: packed.readUInt32BE(42),
    lateHits: packed.readUInt32BE(46),
    isLate: packed.readUInt8(50) === 1,
  };
};

/** Fields of a stored session, open or frozen, by name. */
export class SessionFields {
  readonly #fields: ReadonlyMap<string, Buffer>;

  constructor(fields: Iterable<readonly [string, Buffer]>) {
    this.#fields = new Map(fields);
  }

  /** From names and values by turns. */
  static ofFlat(flat: readonly Buffer[]): SessionFields {
    return new SessionFields(pairsOf(flat).map(([name, value]) => [name.toString(), value] as const));
  }

  get isAbsent(): boolean {
    return this.#fields.size === 0;
  }

  text(name: string): string {
    return this.optional(name) ?? '';
  }

  optional(name: string): string | undefined {
    return this.#fields.get(name)?.toString();
  }

  get numbers(): SessionNumbers {
    return numbersOf(this.#fields.get('v') ?? Buffer.alloc(0));
  }

  get firstHitId(): string {
    return idOfField(this.#fields.get('f') ?? Buffer.from('t'));
  }

  get property(): { readonly scope: Scope; readonly namespace: string; readonly propertyId: string } {
    const [scope, token] = this.text('of').split(' ');
    return { scope: scope as Scope, ...propertyOf(token ?? '') };
  }

  /** Joins as the library stores them: client key, type, time, hash. */
  get joins(): readonly Join[] {
    const stored = JSON.parse(this.optional('joins') ?? '[]') as readonly (readonly [string, string, number, string])[];
    return stored.map(([clientKey, identifierType, atMs]) => ({ clientKey, identifierType, atMs }));
  }
}

/** Keys of clients are stored one behind the other. */
export const clientKeysOf = (joined: string): readonly string[] => {
  const keys: string[] = [];
  for (let at = 0; at < joined.length; at += CLIENT_KEY_LENGTH) keys.push(joined.slice(at, at + CLIENT_KEY_LENGTH));
  return keys;
};

/** The property of a token in keys. */
export const propertyOf = (token: string): { readonly namespace: string; readonly propertyId: string } => {
  const [namespace, propertyId] = token.split('.');
  return { namespace: decodeURIComponent(namespace ?? ''), propertyId: decodeURIComponent(propertyId ?? '') };
};
