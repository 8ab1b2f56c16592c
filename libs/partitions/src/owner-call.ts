import { Fault, isFault, isRefusal, Refusal, type FieldViolation } from '@drawdown/errors';
import { headers, type Msg, type MsgHdrs } from '@nats-io/transport-node';
import type { Lease } from './ports.js';

/** Headers of requests to an owner and of its replies; every other header is the caller's and travels unchanged (traces). */
const TIMEOUT_HEADER = 'Drawdown-Timeout-Ms';
const OUTCOME_HEADER = 'Drawdown-Outcome';

/** What an owner answered: bytes, a named error to throw again, or that it is no longer the owner and did nothing. */
export type OwnerReply =
  | { readonly kind: 'answer'; readonly data: Uint8Array }
  | { readonly kind: 'error'; readonly error: Error }
  | { readonly kind: 'not-owner' };

/** Epoch and incarnation stand in the subject: two replicas that both believe never both answer (design §3.9, §3.17). */
export const ownerSubject = (prefix: string, context: string, lease: Pick<Lease, 'partition' | 'epoch' | 'incarnation'>): string =>
  [prefix, 'owner', context, lease.partition, `${lease.incarnation}-${lease.epoch}`].join('.');

export const encodeRequestHeaders = (given: ReadonlyMap<string, string>, timeoutMs: number): MsgHdrs => {
  const result = headers();
  for (const [name, value] of given) result.set(name, value);
  result.set(TIMEOUT_HEADER, String(Math.max(1, Math.floor(timeoutMs))));
  return result;
};

/** The caller's headers and how long it still waits; `defaultMs` where it did not say. */
export const decodeRequestHeaders = (message: Msg, defaultMs: number): { headers: Map<string, string>; timeoutMs: number } => {
  const result = new Map<string, string>();
  for (const name of message.headers?.keys() ?? []) result.set(name, message.headers?.get(name) ?? '');
  const timeoutMs = Number(result.get(TIMEOUT_HEADER));
  result.delete(TIMEOUT_HEADER);
  return { headers: result, timeoutMs: timeoutMs > 0 ? timeoutMs : defaultMs };
};

export const respond = (message: Msg, reply: OwnerReply): void => {
  const outcome = headers();
  switch (reply.kind) {
    case 'answer':
      outcome.set(OUTCOME_HEADER, 'answer');
      message.respond(reply.data, { headers: outcome });
      return;
    case 'not-owner':
      outcome.set(OUTCOME_HEADER, 'not-owner');
      message.respond(undefined, { headers: outcome });
      return;
    case 'error':
      outcome.set(OUTCOME_HEADER, isRefusal(reply.error) ? 'refusal' : 'fault');
      message.respond(JSON.stringify(toWire(reply.error)), { headers: outcome });
  }
};

export const decodeReply = (message: Msg): OwnerReply => {
  const outcome = message.headers?.get(OUTCOME_HEADER) ?? '';
  if (outcome === 'answer') return { kind: 'answer', data: message.data };
  if (outcome === 'not-owner') return { kind: 'not-owner' };
  if (outcome === 'refusal' || outcome === 'fault') return { kind: 'error', error: fromWire(outcome, message.json<WireError>()) };
  return { kind: 'error', error: new Fault('OWNER_ANSWER_UNKNOWN', 'The owner answered in a form this replica does not know') };
};

interface WireError {
  readonly reason: string;
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly FieldViolation[];
}

/** An error without a name is our own mistake: the caller learns that, and the text stays in the owner's log. */
const toWire = (error: Error): WireError => {
  if (isRefusal(error)) return { reason: error.reason, message: error.message, metadata: error.metadata, violations: error.violations };
  if (isFault(error)) return { reason: error.reason, message: error.message, metadata: error.metadata, violations: [] };
  return { reason: 'INTERNAL', message: 'The owner of the partition failed', metadata: {}, violations: [] };
};

const fromWire = (outcome: 'refusal' | 'fault', wire: WireError): Error =>
  outcome === 'refusal'
    ? new Refusal(wire.reason, wire.message, wire.metadata, wire.violations)
    : new Fault(wire.reason, wire.message, wire.metadata);
