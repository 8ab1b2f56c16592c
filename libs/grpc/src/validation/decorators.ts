import { ValidateBy, type ValidationArguments, ValidateIf } from 'class-validator';

import { GRPC_LIMITS } from '../limits.js';
import type { RequestClass } from './compile.js';
import { protoName } from './compile.js';
import { addNestedRule } from './nested.js';
import { isInstant, isInterval, isLabels, isText } from './rules.js';

const rule = (name: string, description: string, validate: (value: unknown, args?: ValidationArguments) => boolean): PropertyDecorator =>
  ValidateBy({ name, validator: { validate, defaultMessage: () => description } });

const both =
  (...decorators: readonly PropertyDecorator[]): PropertyDecorator =>
  (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };

/** Absent (unset message or proto3 `optional`) or empty text passes; anything else must satisfy the other rules. */
export const IsOptionalField = (): PropertyDecorator => ValidateIf((_message, value: unknown) => value !== undefined && value !== '');

/** Text of `bytesMin` to `bytesMax` bytes of UTF-8 without control characters. */
export const IsText = (bytesMax: number, bytesMin = 0): PropertyDecorator =>
  rule('isText', `must be a text of ${bytesMin}–${bytesMax} bytes without control characters`, value => isText(value, bytesMin, bytesMax));

/** A name that users give: customers, features, meters, event ids (design §4: at most 128 bytes). */
export const IsKey = (): PropertyDecorator => IsText(GRPC_LIMITS.keyBytesMax, 1);
/** An id that we gave. */
export const IsId = IsKey;
/** Idempotency key of a command (design §3.11). */
export const IsRequestId = IsKey;
export const IsOptionalKey = (): PropertyDecorator => both(IsOptionalField(), IsKey());
/** Position to wait for; empty means none (design §3.10). */
export const IsMinPosition = (): PropertyDecorator => IsText(GRPC_LIMITS.positionBytesMax);
export const IsPageToken = (): PropertyDecorator => IsText(GRPC_LIMITS.pageTokenBytesMax);

/** A list of at most `countMax` keys. */
export const IsKeys = (countMax: number): PropertyDecorator =>
  rule(
    'isKeys',
    `must be at most ${countMax} texts of 1–${GRPC_LIMITS.keyBytesMax} bytes`,
    value => Array.isArray(value) && value.length <= countMax && value.every(item => isText(item, 1, GRPC_LIMITS.keyBytesMax)),
  );

export const IsIntegerBetween = (min: number, max: number): PropertyDecorator =>
  rule(
    'isIntegerBetween',
    `must be an integer from ${min} to ${max}`,
    value => Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max,
  );

/** 0 asks for the default size. */
export const IsPageSize = (): PropertyDecorator => IsIntegerBetween(0, GRPC_LIMITS.pageSizeMax);

/**
 * Decimal text of a quantity: up to 22 digits before and 12 after the point, no sign, no exponent (entitlements §15). Whether 0 is allowed
 * is the domain's matter, which has a code of its own for it.
 */
export const IsQuantity = (): PropertyDecorator =>
  rule(
    'isQuantity',
    'must be a decimal of at most 22 digits before and 12 after the point, without sign or exponent',
    value => typeof value === 'string' && /^\d{1,22}(\.\d{1,12})?$/.test(value),
  );
/** As `IsQuantity`, with a sign: for values whose refusal names the sign. */
export const IsSignedQuantity = (): PropertyDecorator =>
  rule(
    'isSignedQuantity',
    'must be a decimal of at most 22 digits before and 12 after the point, without exponent',
    value => typeof value === 'string' && /^-?\d{1,22}(\.\d{1,12})?$/.test(value),
  );
export const IsOptionalQuantity = (): PropertyDecorator => both(IsOptionalField(), IsQuantity());

/** A well-known Timestamp of the years 1970 to 9999. */
export const IsInstant = (): PropertyDecorator => rule('isInstant', 'must be a timestamp of the years 1970–9999', isInstant);
export const IsOptionalInstant = (): PropertyDecorator => both(IsOptionalField(), IsInstant());

/** ISO-8601 period of whole parts, such as `P1M`, `P1Y6M` or `PT1H` (entitlements §4.2). */
export const IsInterval = (): PropertyDecorator =>
  rule('isInterval', 'must be an ISO-8601 period of whole parts, such as P1M, P1Y6M or PT1H', isInterval);

/** A value of a generated enum; 0 (unspecified) only where that is said. */
export const IsEnumValue = (
  values: Readonly<Record<string, string | number>>,
  options: { readonly orUnspecified?: boolean } = {},
): PropertyDecorator => {
  const names = Object.values(values).filter(value => typeof value === 'string');
  const allowed = new Set(
    Object.values(values).filter(value => typeof value === 'number' && (value !== 0 || options.orUnspecified === true)),
  );
  return rule('isEnumValue', `must be one of ${names.filter(name => allowed.has(values[name] ?? -1)).join(', ')}`, value =>
    allowed.has(value as number),
  );
};

export const IsOneOf = (allowed: readonly string[]): PropertyDecorator =>
  rule('isOneOf', `must be one of ${allowed.join(', ')}`, value => typeof value === 'string' && allowed.includes(value));

/** User's labels: `map<string, string>` within the bounds of `GRPC_LIMITS`. */
export const IsLabels = (): PropertyDecorator =>
  rule(
    'isLabels',
    `must be at most ${GRPC_LIMITS.labelsMax} labels of ${GRPC_LIMITS.labelKeyBytesMax} and ${GRPC_LIMITS.labelValueBytesMax} bytes`,
    isLabels,
  );

export const IsBytes = (bytesMax: number): PropertyDecorator =>
  rule('isBytes', `must be at most ${bytesMax} bytes`, value => value instanceof Uint8Array && value.byteLength <= bytesMax);

/** A required message with rules of its own. */
export const IsMessage = (type: () => RequestClass): PropertyDecorator =>
  both(
    (target, property) => addNestedRule(target.constructor, { property: String(property), type }),
    rule('isMessage', 'is required', value => typeof value === 'object' && value !== null),
  );
export const IsOptionalMessage = (type: () => RequestClass): PropertyDecorator => both(IsOptionalField(), IsMessage(type));

/** A list of `countMin` to `countMax` messages with rules of their own; a list of another length is not looked into. */
export const IsMessages = (type: () => RequestClass, countMin: number, countMax: number): PropertyDecorator =>
  both(
    (target, property) => addNestedRule(target.constructor, { property: String(property), type, countMax }),
    rule(
      'isMessages',
      `must be ${countMin}–${countMax} items`,
      value => Array.isArray(value) && value.length >= countMin && value.length <= countMax,
    ),
  );

const givenAmong = (properties: readonly string[], args: ValidationArguments | undefined): number =>
  properties.filter(property => {
    const value = (args?.object as Record<string, unknown> | undefined)?.[property];
    return value !== undefined && value !== '' && value !== 0;
  }).length;

/** Put on the first of several properties of which exactly one must be given. */
export const ExactlyOneOf = (...properties: readonly string[]): PropertyDecorator =>
  rule(
    'exactlyOneOf',
    `exactly one of ${properties.map(protoName).join(', ')} must be given`,
    (_value, args) => givenAmong(properties, args) === 1,
  );

/** Put on the first of several properties of which at most one may be given. */
export const AtMostOneOf = (...properties: readonly string[]): PropertyDecorator =>
  rule(
    'atMostOneOf',
    `at most one of ${properties.map(protoName).join(', ')} may be given`,
    (_value, args) => givenAmong(properties, args) <= 1,
  );
