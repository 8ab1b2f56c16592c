import type { Subjects } from '@drawdown/eventlog';
import { DeadLetterLog, type DeadLetterLogOptions } from '@drawdown/partitions';

/** The dead letters of this service; events of a replayed message that counted already are recognised by their ids. */
export const entitlementsDeadLetters = (
  options: Pick<DeadLetterLogOptions, 'publisher' | 'reader' | 'subjects' | 'service'>,
): DeadLetterLog => new DeadLetterLog({ ...options, publishedTo: stored => publishedTo(options.subjects, stored) });

/** Producers publish without the partition; the stream's transform adds it. */
const publishedTo = (subjects: Subjects, stored: string): string => {
  const parsed = subjects.parse(stored);
  const [namespace, customer] = parsed?.values ?? [];
  if (parsed?.kind !== 'single' || parsed.stream !== 'usage' || namespace === undefined || customer === undefined) return stored;
  return subjects.usage(namespace, customer);
};
