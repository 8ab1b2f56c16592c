import type { OpenSession } from '../../application/store/session-store.js';
import { clientKeysOf, SessionFields } from './session-fields.js';

/** What the library's reads answer of one session: key, keys of its clients, fields by turns, and the close id of a closing one. */
export type SessionRecord = readonly [Buffer, Buffer, readonly Buffer[], Buffer?];

export const readOpenSession = ([sessionKey, clientKeys, flat, closeId]: SessionRecord): OpenSession => {
  const fields = SessionFields.ofFlat(flat);
  return {
    sessionKey: sessionKey.toString(),
    ...fields.property,
    state: closeId === undefined ? 'OPEN' : 'CLOSING',
    ...(closeId === undefined ? {} : { closeId: closeId.toString() }),
    firstHitId: fields.firstHitId,
    ...fields.numbers,
    clientKeys: clientKeysOf(clientKeys.toString()),
    joins: fields.joins,
  };
};

export const readOpenSessions = (reply: unknown): readonly OpenSession[] => (reply as readonly SessionRecord[]).map(readOpenSession);
