import type { StreamKey, SubjectReader, Subjects } from '@drawdown/eventlog';
import type { Delivery, PartitionObserver, ReadLimits } from '@drawdown/partitions';
import type { NatsConnection } from '@nats-io/transport-node';
import type { SessionChunk, SessionLogEntry } from '../../application/views/session-log.js';
import type { LoggedEntry } from '../../application/views/session-view-fold.js';
import { decodeSessionMessage } from './session-decode.js';

/** Names the dead letters and the leases of this service. */
export const CONTEXT = 'sessions';

/** What every reader of `DRAWDOWN_SESSIONS` is given. */
export interface SessionLogAccess {
  readonly nats: NatsConnection;
  readonly prefix: string;
  readonly subjects: Subjects;
  /** Of the stream of sessions. */
  readonly reader: SubjectReader;
  /** Whether an operator's event says to pass over a message (design §4.10). */
  readonly isSetAside: (stream: StreamKey, sequence: number) => boolean;
  /** Server's time. */
  readonly nowMs: () => number;
  readonly observer?: PartitionObserver;
  readonly limits?: ReadLimits;
}

export const loggedEntry = ({ message, value }: Delivery<SessionLogEntry | undefined>): LoggedEntry => ({
  sequence: message.sequence,
  timeMs: message.timeMs,
  entry: value,
});

/** A chunk that was let go to save memory, from where it lies. */
export const chunkAt = async (
  { reader, subjects }: Pick<SessionLogAccess, 'reader' | 'subjects'>,
  sequence: number,
): Promise<SessionChunk | undefined> => {
  const message = await reader.at(sequence);
  const decoded = message === undefined ? undefined : decodeSessionMessage(subjects, message);
  return decoded?.ok === true && decoded.value.kind === 'chunk' ? decoded.value : undefined;
};
