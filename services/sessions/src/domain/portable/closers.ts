import { compareHits } from '../hit/order.js';
import type { Hit } from '../hit/hit.js';
import type { CloseCause } from '../session/closed-session.js';
import type { Eventually } from './storage/eventually.js';

/** A proto-session at its close: at least one hit, sorted (D14), each id once. */
export interface ClosedProtoSession {
  readonly sessionKey: string;
  readonly hits: readonly Hit[];
  readonly cause: CloseCause;
  /** Number of the bucket whose processing closed it; null when something else did. */
  readonly bucket: number | null;
  /** A late hit opened it (D3). */
  readonly isLate: boolean;
}

/**
 * Takes closed proto-sessions over (sessions §9). Returning means that the hand-over is durable; throwing means "keep everything, ask me
 * again". The same proto-session may come again, so a Closer is idempotent by hit id.
 */
export interface Closer {
  close(session: ClosedProtoSession): Eventually<void>;
}

/** Prints one line per hit and always succeeds. */
export const printingCloser = (printLine: (line: string) => void): Closer => ({
  close: ({ sessionKey, hits }) => {
    for (const { clientId, id } of hits) printLine(`${sessionKey} ${clientId} ${id}`);
  },
});

/** Keeps what it is given: the seed's collecting Closer for tests and simulations. */
export class CollectingCloser implements Closer {
  readonly closed: ClosedProtoSession[] = [];

  close(session: ClosedProtoSession): void {
    this.closed.push(session);
  }
}

/** A session as writers take it: all of one property. */
export interface WrittenSession {
  readonly namespace: string;
  readonly propertyId: string;
  readonly events: readonly Hit[];
}

export interface SessionWriter {
  /** At least one session, all of one property; durable when it returns. */
  write(sessions: readonly [WrittenSession, ...WrittenSession[]]): Eventually<void>;
}

const RETRY_PAUSE_MS_DEFAULT = 5_000;

export interface DirectCloserParts {
  readonly writer: SessionWriter;
  readonly sleep: (ms: number) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
  readonly retryPauseMs?: number;
}

/** Writes each proto-session as one session of its first hit's property. On a failure it waits, then passes the failure on. */
export const directCloser = ({ writer, sleep, onFailure, retryPauseMs = RETRY_PAUSE_MS_DEFAULT }: DirectCloserParts): Closer => ({
  close: async ({ hits }) => {
    const events = [...hits].sort(compareHits);
    const [first] = events;
    if (first === undefined) return;
    try {
      await writer.write([{ namespace: first.namespace, propertyId: first.propertyId, events }]);
    } catch (error) {
      onFailure(error);
      await sleep(retryPauseMs);
      throw error;
    }
  },
});
