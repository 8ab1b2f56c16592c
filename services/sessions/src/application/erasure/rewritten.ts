import type { MessageHeaders, StoredMessage } from '@drawdown/eventlog';

/**
 * Marks a message that was appended again without somebody's data: `<sequence> <milliseconds> [counted]` of the one it stands for (sessions §15.11).
 * All that is in it was taken when the first one came, so those who follow the log pass it over, and those who read the log again take it for that one.
 */
export const REWRITTEN_HEADER = 'Drawdown-Rewritten';

/** Where a message first stood. */
export interface Origin {
  readonly sequence: number;
  readonly timeMs: number;
  /** Its usage was published before it was written again. */
  readonly isCounted: boolean;
}

const MARK = /^(?<sequence>\d{1,16}) (?<timeMs>\d{1,16})(?<counted> counted)?$/;

/** Undefined: it stands where it was first appended. Never later than the message itself, whoever wrote the mark. */
export const rewrittenFrom = ({
  headers,
  sequence,
  timeMs,
}: Pick<StoredMessage, 'headers' | 'sequence' | 'timeMs'>): Origin | undefined => {
  const mark = MARK.exec(headers.get(REWRITTEN_HEADER) ?? '')?.groups;
  if (mark === undefined) return undefined;
  return {
    sequence: Math.min(Number(mark['sequence']), sequence),
    timeMs: Math.min(Number(mark['timeMs']), timeMs),
    isCounted: mark['counted'] !== undefined,
  };
};

/** Where the message first stood, also where it is the first one. */
export const originOf = (message: StoredMessage): Origin =>
  rewrittenFrom(message) ?? { sequence: message.sequence, timeMs: message.timeMs, isCounted: false };

export const rewrittenMark = ({ sequence, timeMs, isCounted }: Origin): string => `${sequence} ${timeMs}${isCounted ? ' counted' : ''}`;

/** What its producer said: the server's own headers must not act again. */
export const producersHeaders = (headers: MessageHeaders): Map<string, string> => {
  const kept = new Map<string, string>();
  for (const name of headers.keys()) {
    if (name.toLowerCase().startsWith('nats-') || name === REWRITTEN_HEADER) continue;
    kept.set(name, headers.get(name) ?? '');
  }
  return kept;
};
