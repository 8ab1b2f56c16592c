import { isRefusal } from '@drawdown/errors';
import type { RecordedMessage, StoredMessage, Subjects } from '@drawdown/eventlog';
import type { Address, Logs } from '../aggregates/aggregates.js';
import { DEFINITIONS, isKind } from '../aggregates/definitions.js';
import type { EventOf, Kind } from '../aggregates/kinds.js';
import { OPERATIONS_KIND } from '../operations/set-aside.js';

/** A message of the capacity stream, read: whose it is and what was decided. */
export interface Recorded<K extends Kind = Kind> {
  readonly address: Address<K>;
  readonly message: RecordedMessage<EventOf<K>>;
}

/** Without a value: what no partition folds, such as what operators set aside. */
export type DecodedMessage =
  { readonly ok: true; readonly value: Recorded | undefined } | { readonly ok: false; readonly reason: string; readonly detail: string };

/** Pure: the same bytes give the same answer on every replica and in every rebuild (design §4.10). */
export const decodeMessage = (subjects: Subjects, logs: Logs, message: StoredMessage): DecodedMessage => {
  const [kind, ...tokens] = subjects.parse(message.subject)?.values ?? [];
  if (kind === OPERATIONS_KIND) return { ok: true, value: undefined };
  if (!isKind(kind) || tokens.length === 0 || tokens.includes(undefined)) {
    return { ok: false, reason: 'EVENT_MALFORMED', detail: `${message.subject} names no aggregate` };
  }
  try {
    return { ok: true, value: recordedOf(kind, tokens as readonly string[], logs, message) };
  } catch (error) {
    if (isRefusal(error)) return { ok: false, reason: error.reason, detail: error.message };
    throw error;
  }
};

const recordedOf = <K extends Kind>(kind: K, tokens: readonly string[], logs: Logs, message: StoredMessage): Recorded<K> => ({
  address: { kind, key: DEFINITIONS[kind].keyOf(tokens), subject: message.subject },
  message: logs[kind].decode(message),
});

/** Where an aggregate lies. */
export const addressOf = <K extends Kind>(subjects: Subjects, kind: K, key: Address<K>['key']): Address<K> => ({
  kind,
  key,
  subject: subjects.capacity(kind, ...DEFINITIONS[kind].tokensOf(key)),
});
