import type { WebSession } from './grouping.js';

/** A sentence for each session that is missing, too many, or not what it must be. */
export const sessionDifferences = (name: string, read: readonly WebSession[], expected: readonly WebSession[]): readonly string[] => {
  const differences: string[] = [];
  const left = new Map(expected.map(session => [session.id, session]));
  for (const session of read) {
    const wanted = left.get(session.id);
    if (!left.delete(session.id) || wanted === undefined) differences.push(`${name}: ${session.id} is there twice, or was not expected`);
    else if (textOf(session) !== textOf(wanted))
      differences.push(`${name}: ${session.id} is ${textOf(session)}, and must be ${textOf(wanted)}`);
  }
  for (const session of left.values()) differences.push(`${name}: ${session.id} is missing: ${textOf(session)}`);
  return differences;
};

const textOf = ({ visitor, startMs, endMs, hits }: WebSession): string =>
  `${String(hits)} hits of ${visitor} from ${new Date(startMs).toISOString()} to ${new Date(endMs).toISOString()}`;
