import { Refusal } from '@drawdown/errors';
import { parse } from 'lossless-json';
import { exact, type Exact } from '../amount/exact.js';
import { eachDimension, of, type Dimension, type PerDimension } from '../amount/per-dimension.js';

/** What is bought: `data_reservation` (capacity §2.2). */
export interface Purchase {
  /** 0 opens a new pool, anything else tops that pool up. */
  readonly poolId: Exact;
  readonly unitSeconds: PerDimension<bigint>;
  /** An absent list is not an empty one (capacity §6.1). */
  readonly nodeIds?: readonly string[] | undefined;
  readonly currencies?: readonly string[] | undefined;
}

/** What a message of version 2 says besides, so that it is worth nothing in other hands or at another time (capacity §6.3). */
export interface Binding {
  readonly customerTid: Exact;
  /** 0 for none. */
  readonly sponsorTid: Exact;
  /** 16 bytes as hex, lower case; unique per customer. */
  readonly nonce: string;
  /** Last second at which the message counts. */
  readonly notAfter: Exact;
}

/** A signed text, read. Without a binding it is of version 1. */
export interface PurchaseMessage {
  readonly purchase: Purchase;
  readonly binding: Binding | undefined;
}

/** Longest text that is looked at. */
const PURCHASE_TEXT_LENGTH_MAX = 65_536;

const UNITS_MAX = 2n ** 64n - 1n;
const INT64_MAX = 2n ** 63n - 1n;
const INTEGER = /^-?\d{1,20}$/;
const NONCE = /^[0-9a-f]{32}$/;
const BINDING_VERSION = 2n;

const UNIT_NAMES: Readonly<Record<Dimension, string>> = { cu: 'cus', su: 'sus', ipv4u: 'ipv4us' };

/** A number as it stands in the text: `1.0` and `1e3` are no integers, whatever their value. */
class NumberLiteral {
  constructor(readonly text: string) {}
}

const invalid = (rule: string, message: string): Refusal => new Refusal('JSON_INVALID', message, { rule });

const parseText = (json: string): unknown => {
  if (json.length > PURCHASE_TEXT_LENGTH_MAX) throw invalid('too_long', `the text is longer than ${PURCHASE_TEXT_LENGTH_MAX} characters`);
  try {
    return parse(json, undefined, {
      parseNumber: text => new NumberLiteral(text),
      onDuplicateKey: ({ newValue }: { newValue: unknown }) => newValue,
    });
  } catch (cause) {
    // Besides what is no JSON, text nested too deep for the stack.
    throw new Refusal('JSON_INVALID', 'the text is not JSON', { rule: 'not_json' }, [], { cause });
  }
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberLiteral);

/** Members by their names in lower case; of names that differ in case only the last counts. */
const membersOf = (value: unknown): ReadonlyMap<string, unknown> => {
  if (!isObject(value)) throw invalid('not_an_object', 'the text is not an object');
  return new Map(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member]));
};

const integer = (members: ReadonlyMap<string, unknown>, name: string, min: bigint, max: bigint): bigint => {
  const value = members.get(name) ?? undefined;
  if (value === undefined) return 0n;
  const whole = value instanceof NumberLiteral && INTEGER.test(value.text) ? BigInt(value.text) : undefined;
  if (whole === undefined || whole < min || whole > max) throw invalid('not_an_integer', `${name} is not an integer from ${min} to ${max}`);
  return whole;
};

const int64 = (members: ReadonlyMap<string, unknown>, name: string): Exact => exact(integer(members, name, -INT64_MAX - 1n, INT64_MAX));

const texts = (members: ReadonlyMap<string, unknown>, name: string): readonly string[] | undefined => {
  const value = members.get(name) ?? undefined;
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every(entry => typeof entry === 'string')) return value;
  throw invalid('not_texts', `${name} is not a list of texts`);
};

const readBinding = (members: ReadonlyMap<string, unknown>): Binding | undefined => {
  const version = integer(members, 'v', 0n, INT64_MAX);
  if (version === 0n) return undefined;
  if (version !== BINDING_VERSION) throw invalid('version', `there is no version ${version}`);
  const nonce = members.get('nonce');
  if (typeof nonce !== 'string' || !NONCE.test(nonce)) throw invalid('nonce', 'nonce is not 16 bytes as 32 hex digits in lower case');
  const [customerTid, sponsorTid, notAfter] = ['customer_tid', 'sponsor_tid', 'not_after'].map(name => int64(members, name));
  return { customerTid: customerTid ?? 0, sponsorTid: sponsorTid ?? 0, nonce, notAfter: notAfter ?? 0 };
};

/** Names sorted, no blanks. Of numbers the literal is kept. */
const canonical = (value: unknown): string => {
  if (value instanceof NumberLiteral) return value.text;
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map(name => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
};

/**
 * Reads the text that customer and sponsor sign. Unknown members are ignored, names match in any case, `null` is as good as absent; a text of
 * version 2 is canonical, so that there is one text for one purchase (capacity §6.1, §6.3).
 * @throws Refusal `JSON_INVALID`
 */
export const readPurchaseMessage = (json: string): PurchaseMessage => {
  const value = parseText(json);
  const members = membersOf(value);
  const purchase: Purchase = {
    poolId: int64(members, 'pool_id'),
    unitSeconds: eachDimension(dimension => integer(members, UNIT_NAMES[dimension], 0n, UNITS_MAX)),
    nodeIds: texts(members, 'node_ids'),
    currencies: texts(members, 'currencies'),
  };
  const binding = readBinding(members);
  if (binding !== undefined && canonical(value) !== json)
    throw invalid('not_canonical', 'a text of version 2 has sorted names and no blanks');
  return { purchase, binding };
};

/** The text of version 2 that a client signs. */
export const purchaseText = (purchase: Purchase, binding: Binding): string => {
  const { poolId, unitSeconds, nodeIds = null, currencies = null } = purchase;
  const numbers: readonly (readonly [string, Exact])[] = [
    ['pool_id', poolId],
    ['cus', of(unitSeconds, 'cu')],
    ['sus', of(unitSeconds, 'su')],
    ['ipv4us', of(unitSeconds, 'ipv4u')],
    ['v', BINDING_VERSION],
    ['customer_tid', binding.customerTid],
    ['sponsor_tid', binding.sponsorTid],
    ['not_after', binding.notAfter],
  ];
  const literals = numbers.map(([name, value]) => [name, new NumberLiteral(String(value))] as const);
  return canonical({ ...Object.fromEntries(literals), node_ids: nodeIds, currencies, nonce: binding.nonce });
};

const sameTexts = (left: readonly string[] | undefined, right: readonly string[] | undefined): boolean =>
  left === undefined || right === undefined
    ? left === right
    : left.length === right.length && left.every((text, index) => text === right[index]);

/** Whether what was signed is what was asked for, absent lists and empty ones told apart (capacity §6.1 row 7). */
export const isSamePurchase = (left: Purchase, right: Purchase): boolean =>
  left.poolId === right.poolId &&
  left.unitSeconds.every((amount, index) => amount === right.unitSeconds[index]) &&
  sameTexts(left.nodeIds, right.nodeIds) &&
  sameTexts(left.currencies, right.currencies);
