import { createHash } from 'node:crypto';
import type { Timestamp } from '@drawdown/proto';
import type { CommandIdentity } from '../../application/operations/ports.js';

const MS_PER_SECOND = 1_000;
const NANOS_PER_MS = 1_000_000;
/** 144 bits of a hash. */
const MADE_ID_CHARS = 24;

/** What every command of the contract carries (design §3.11). */
export interface CommandRequest {
  readonly requestId: string;
  readonly requestTime: Timestamp | undefined;
  /** Instant to decide at, where the contract lets one be given (capacity §13.1). */
  readonly at?: number | undefined;
}

export const identityOf = (request: CommandRequest): CommandIdentity => ({
  id: request.requestId,
  createdAtMs: millisOf(request.requestTime),
  bodyHash: bodyHashOf(request),
});

/**
 * An id for what a command makes, which is remembered for ever: the same for a repeat, and another one for another command, even if that has the
 * same id once nobody remembers it any more.
 */
export const idMadeBy = (namespace: string, { id, createdAtMs }: CommandIdentity): string =>
  createHash('sha256')
    .update(JSON.stringify([namespace, id, createdAtMs]))
    .digest('base64url')
    .slice(0, MADE_ID_CHARS);

const millisOf = (time: Timestamp | undefined): number =>
  time === undefined ? 0 : time.seconds * MS_PER_SECOND + Math.floor(time.nanos / NANOS_PER_MS);

/** The same for the same question, whatever id and time it was asked with and in whatever order its maps were written. */
const bodyHashOf = (request: CommandRequest): string =>
  createHash('sha256')
    .update(canonical({ ...request, requestId: undefined, requestTime: undefined }))
    .digest('base64url');

const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return value === undefined ? 'null' : JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
};
