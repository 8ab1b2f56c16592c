import { isFault, isRefusal, type Fault, type Refusal } from '@drawdown/errors';
import type { EventLog, EventRegistry } from '@drawdown/eventlog';
import type { TallyEvent } from './tally.js';

/** What may happen to one append between the log and its caller. */
export type AppendFault = 'none' | 'acknowledgement lost' | 'never arrived';

/** How a contract suite gets logs of one implementation; all logs of one setup share one stream. */
export interface LogSetup {
  open(options?: { readonly registry?: EventRegistry<TallyEvent>; readonly fault?: () => AppendFault }): EventLog<TallyEvent>;
  /** A subject that nobody has used. */
  subject(): string;
  close(): Promise<void>;
}

export interface SetupTraits {
  /** Runs of a property; every run costs round trips where a server answers. */
  readonly propertyRuns: number;
}

export const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
};

/** What a call is refused with; a failure of the test if it is not refused. */
export const refusalOf = (run: () => unknown): Refusal | Fault => {
  try {
    run();
  } catch (error) {
    if (isRefusal(error) || isFault(error)) return error;
    throw error;
  }
  throw new Error('it was not refused');
};
