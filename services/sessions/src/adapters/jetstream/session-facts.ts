import { eventRegistry, percentEncode, type Json, type Subjects } from '@drawdown/eventlog';
import type { SessionAddress, SessionFact } from '../../domain/index.js';
import { Fields } from './session-fields.js';
import { ceHeaders } from './session-messages.js';
import { JSON_TYPE, SESSION_AGGREGATE, type SessionMessageToPublish } from './session-wire.js';

/** Every fact says its property whole: the subject has nothing but a hash of a long one. */
type Located<F extends SessionFact> = Omit<SessionAddress, 'state'> & F;
type LocatedFact = { readonly [T in SessionFact['type']]: Located<Extract<SessionFact, { readonly type: T }>> }[SessionFact['type']];

const ANY_TIME = Number.MIN_SAFE_INTEGER;

const placeOf = (fields: Fields): Omit<SessionAddress, 'state'> => ({
  namespace: fields.text('namespace'),
  propertyId: fields.text('propertyId'),
});

const identifierOf = (fields: Fields): { readonly identifierType: string; readonly identifierHash: string } => ({
  identifierType: fields.text('identifierType'),
  identifierHash: fields.text('identifierHash'),
});

/** The type stands in the CloudEvents type already. */
const serialize = ({ type: _, ...data }: LocatedFact): Json => data;

/** What is recorded on `drawdown.sessions.<NN>.<namespace>.<property>` beside closed sessions (sessions §12.4, §12.5). */
export const sessionFacts = eventRegistry<LocatedFact>(SESSION_AGGREGATE, {
  opened: {
    version: 1,
    serialize,
    parse: reading(fields => ({
      type: 'opened',
      ...placeOf(fields),
      lane: fields.text('lane'),
      sessionKey: fields.text('sessionKey'),
      firstHitId: fields.text('firstHitId'),
      startedAtMs: fields.integer('startedAtMs', ANY_TIME),
      expiresAtMs: fields.integer('expiresAtMs', ANY_TIME),
    })),
  },
  merged: {
    version: 1,
    serialize,
    parse: reading(fields => ({
      type: 'merged',
      ...placeOf(fields),
      lane: fields.text('lane'),
      sessionKey: fields.text('sessionKey'),
      mergedSessionKey: fields.text('mergedSessionKey'),
      ...identifierOf(fields),
      atMs: fields.integer('atMs', ANY_TIME),
    })),
  },
  parked: {
    version: 1,
    serialize,
    parse: reading(fields => ({
      type: 'parked',
      ...placeOf(fields),
      lane: fields.text('lane'),
      closeId: fields.text('closeId'),
      sessionKey: fields.text('sessionKey'),
      attempts: fields.integer('attempts'),
      reason: fields.text('reason'),
      detail: fields.text('detail'),
    })),
  },
  erased: {
    version: 1,
    serialize,
    parse: reading(fields => ({
      type: 'erased',
      ...placeOf(fields),
      clientKeys: fields.texts('clientKeys'),
      userKeys: fields.texts('userKeys'),
    })),
  },
  'identifier-saturated': {
    version: 1,
    serialize,
    parse: reading(fields => ({
      type: 'identifier-saturated',
      ...placeOf(fields),
      lane: fields.text('lane'),
      ...identifierOf(fields),
      clients: fields.integer('clients'),
      atMs: fields.integer('atMs', ANY_TIME),
    })),
  },
  ended: {
    version: 1,
    serialize,
    parse: reading(fields => ({
      type: 'ended',
      ...placeOf(fields),
      lane: fields.text('lane'),
      sessionKey: fields.text('sessionKey'),
      reason: fields.text('reason'),
    })),
  },
  unmerged: {
    version: 1,
    serialize,
    parse: reading(fields => ({
      type: 'unmerged',
      ...placeOf(fields),
      lane: fields.text('lane'),
      sessionKey: fields.text('sessionKey'),
      clientKey: fields.text('clientKey'),
      reason: fields.text('reason'),
    })),
  },
});

/** A fact as a message; the same command id gives the same message id, which the broker recognises (design §4.5). */
export const encodeFact = (subjects: Subjects, address: SessionAddress, fact: SessionFact, commandId: string): SessionMessageToPublish => {
  const { state, namespace, propertyId } = address;
  const subject = subjects.sessions(state, namespace, propertyId);
  const { type, data } = sessionFacts.encode({ ...fact, namespace, propertyId });
  const id = percentEncode(commandId);
  return {
    subject,
    messageId: `${subject}|${id}`,
    headers: ceHeaders(subject, type, JSON_TYPE, id),
    data: Buffer.from(JSON.stringify(data)),
  };
};

function reading<T>(read: (fields: Fields) => T): (data: Json) => T {
  return data => read(Fields.of(data));
}
