import { createHash } from 'node:crypto';
import { Refusal } from '@drawdown/errors';
import { LIMITS } from '@drawdown/eventlog';
import type { Timestamp } from '@drawdown/proto';
import { ulid } from 'ulid';
import { COMMAND_WINDOW_MS } from '../../../application/accounts/open-aggregate.js';
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

/**
 * The rule of every command (design §3.11), for those that are no command of an aggregate.
 * @throws Refusal `COMMAND_EXPIRED`, `VALIDATION`
 */
export const checkCommandTime = (request: CommandRequest, nowMs: number): void => {
  const createdAtMs = requestTimeMs(request);
  const metadata = { commandId: request.requestId, createdAtMs: String(createdAtMs), nowMs: String(nowMs) };
  if (createdAtMs < nowMs - COMMAND_WINDOW_MS) {
    throw new Refusal('COMMAND_EXPIRED', 'the command is older than the window in which repeats are recognised', metadata);
  }
  if (createdAtMs <= nowMs + LIMITS.commandAheadMsMax) return;
  const description = `is more than ${LIMITS.commandAheadMsMax} ms ahead of the server's clock`;
  throw new Refusal('VALIDATION', `the time of the command ${description}`, metadata, [{ field: 'request_time', description }]);
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
