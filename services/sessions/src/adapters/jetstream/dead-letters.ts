import { Refusal } from '@drawdown/errors';
import type { Subjects } from '@drawdown/eventlog';
import { DeadLetterLog, type DeadLetterLogOptions } from '@drawdown/partitions';
import { SESSION_PARKED } from './parked-sessions.js';

/** The dead letters of this service; hits of a replayed message that counted already are recognised by their ids. */
export const sessionsDeadLetters = (options: Pick<DeadLetterLogOptions, 'publisher' | 'reader' | 'subjects' | 'service'>): DeadLetterLog =>
  new DeadLetterLog({
    ...options,
    publishedTo: stored => publishedTo(options.subjects, stored),
    requireReplayable: ({ reason }) => {
      if (reason === SESSION_PARKED) throw new Refusal('PRECONDITION_FAILED', 'a parked session is put back by RepairSession');
    },
  });

/** Producers publish without the partition; the stream's transform adds it. */
const publishedTo = (subjects: Subjects, stored: string): string => {
  const parsed = subjects.parse(stored);
  const [namespace, property, client] = parsed?.values ?? [];
  if (parsed?.kind !== 'single' || parsed.stream !== 'hits') return stored;
  if (namespace === undefined || property === undefined || client === undefined) return stored;
  return subjects.hits(namespace, property, client);
};
