import { createHash } from 'node:crypto';
import type { Timestamp } from '@drawdown/proto';
import { ulid } from 'ulid';
import { fromApiTimestamp } from '../convert/instants.js';

/** What every command of the contract carries (design §3.11). */
export interface CommandRequest {
  readonly requestId: string;
  readonly requestTime: Timestamp | undefined;
}

/** The same for the same question, whatever id and time it was asked with and in whatever order its maps were written. */
export const bodyHashOf = (request: CommandRequest): string =>
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

export const requestTimeMs = ({ requestTime }: CommandRequest): number => (requestTime === undefined ? 0 : fromApiTimestamp(requestTime));

/** An id that follows from the command alone, so that a repeat means the same thing. Looks and sorts like any ULID. */
export const idFor = (namespace: string, customer: string, request: CommandRequest, part: string): string => {
  const bytes = createHash('sha256')
    .update(JSON.stringify([namespace, customer, request.requestId, part]))
    .digest();
  let next = 0;
  return ulid(requestTimeMs(request), () => (bytes[next++] ?? 0) / 256);
};
