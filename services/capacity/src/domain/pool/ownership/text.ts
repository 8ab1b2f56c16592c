import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../../amount/instant.js';

/** What two parties agree on. */
export interface OwnershipAgreement {
  readonly poolId: number;
  readonly fromTid: number;
  readonly toTid: number;
  /** 16 bytes as hex, lower case; counts once for the pool. */
  readonly nonce: string;
  /** Last second at which the text counts. */
  readonly notAfter: Seconds;
}

const TEXT_LENGTH_MAX = 1_024;
const NONCE = /^[0-9a-f]{32}$/;
const PURPOSE = 'ownership';
const VERSION = 2;

/**
 * The text that both sign: JSON with sorted names and no blanks, so that there is one text for one agreement. The purpose keeps it from being
 * taken for a purchase, and a purchase for it.
 */
export const ownershipText = ({ poolId, fromTid, toTid, nonce, notAfter }: OwnershipAgreement): string =>
  JSON.stringify({ from_tid: fromTid, nonce, not_after: notAfter, pool_id: poolId, purpose: PURPOSE, to_tid: toTid, v: VERSION });

const invalid = (rule: string, message: string): Refusal => new Refusal('JSON_INVALID', message, { rule });

const parseText = (json: string): unknown => {
  if (json.length > TEXT_LENGTH_MAX) throw invalid('too_long', `the text is longer than ${TEXT_LENGTH_MAX} characters`);
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new Refusal('JSON_INVALID', 'the text is not JSON', { rule: 'not_json' }, [], { cause });
  }
};

const integer = (value: Readonly<Record<string, unknown>>, name: string): number => {
  const member = value[name];
  if (typeof member !== 'number' || !Number.isSafeInteger(member) || member < 1)
    throw invalid('not_an_integer', `${name} is no integer from 1`);
  return member;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/**
 * Reads a text that `ownershipText` wrote, and no other.
 * @throws Refusal `JSON_INVALID`
 */
export const readOwnershipText = (json: string): OwnershipAgreement => {
  const value = parseText(json);
  if (!isObject(value)) throw invalid('not_an_object', 'the text is not an object');
  const { nonce } = value;
  if (typeof nonce !== 'string' || !NONCE.test(nonce)) throw invalid('nonce', 'nonce is not 16 bytes as 32 hex digits in lower case');
  const agreement: OwnershipAgreement = {
    poolId: integer(value, 'pool_id'),
    fromTid: integer(value, 'from_tid'),
    toTid: integer(value, 'to_tid'),
    nonce,
    notAfter: integer(value, 'not_after'),
  };
  if (ownershipText(agreement) !== json) throw invalid('not_canonical', 'the text is not the one of an ownership agreement');
  return agreement;
};
