import type { FrozenPart, FrozenSession } from '../../application/store/session-store.js';
import type { CloseCause, Join, Scope } from '../../domain/index.js';
import { idOfField } from './hit-ids.js';

/** Characters of a client key (sessions §12.2). */
const CLIENT_KEY_LENGTH = 22;

/** Keys of clients are stored one behind the other. */
export const clientKeysOf = (joined: string): readonly string[] => joined.match(new RegExp(`.{${String(CLIENT_KEY_LENGTH)}}`, 'g')) ?? [];

/** Joins as the library stores them: client key, type, time, hash. */
export const joinsOf = (text: string | undefined): readonly Join[] => {
  if (text === undefined) return [];
  const stored = JSON.parse(text) as readonly (readonly [string, string, number, string])[];
  return stored.map(([clientKey, identifierType, atMs]) => ({ clientKey, identifierType, atMs }));
};

/** Fields of a stored session, by name; its first hit's id apart, because it is not text. */
export class SessionFields {
  readonly #fields: ReadonlyMap<string, Buffer>;

  constructor(fields: Readonly<Record<string, Buffer>>) {
    this.#fields = new Map(Object.entries(fields));
  }

  get isAbsent(): boolean {
    return this.#fields.size === 0;
  }

  text(name: string): string {
    return this.#fields.get(name)?.toString() ?? '';
  }

  optional(name: string): string | undefined {
    return this.#fields.get(name)?.toString();
  }

  number(name: string): number {
    return Number(this.text(name));
  }

  get firstHitId(): string {
    return idOfField(this.#fields.get('firstId') ?? Buffer.from('t'));
  }
}

export const readFrozen = (closeId: string, fields: SessionFields, parts: readonly FrozenPart[]): FrozenSession => ({
  closeId,
  sessionKey: fields.text('sk'),
  scope: fields.text('scope') as Scope,
  namespace: fields.text('namespace'),
  propertyId: fields.text('property'),
  closeCause: fields.text('cause') as CloseCause,
  bucket: fields.text('bucket') === '' ? null : fields.number('bucket'),
  firstHitId: fields.firstHitId,
  startedAtMs: fields.number('first'),
  lastHitAtMs: fields.number('last'),
  isLate: fields.text('late') === '1',
  duplicateHits: fields.number('duplicates'),
  lateHits: fields.number('lateHits'),
  hardCapCloses: fields.number('caps'),
  joins: joinsOf(fields.optional('joins')),
  parts,
  answer: fields.optional('answer') ?? null,
});
