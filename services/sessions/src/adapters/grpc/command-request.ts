import { createHash } from 'node:crypto';
import type { Timestamp } from '@drawdown/proto';
import type { CommandIdentity } from '../../application/commands/ports.js';
import { fromApiTimestamp } from './convert/instants.js';

/** What every command of the contract carries (design §3.11). */
export interface CommandRequest {
  readonly requestId: string;
  readonly requestTime: Timestamp | undefined;
}

export const identityOf = (request: CommandRequest): CommandIdentity => ({
  id: request.requestId,
  createdAtMs: request.requestTime === undefined ? 0 : fromApiTimestamp(request.requestTime),
  bodyHash: bodyHashOf(request),
});

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
