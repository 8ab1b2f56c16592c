import { GRPC_LIMITS } from '../limits.js';

/** Seconds of 9999-12-31T23:59:59Z, the last instant of a well-known Timestamp. */
const LAST_SECOND = 253_402_300_799;
const NANOS_MAX = 999_999_999;
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;
/** The shape alone; whether the whole is positive and not too long is for who reads it to say. */
const INTERVAL = /^P(?=[\dT])(?:\d{1,6}Y)?(?:\d{1,6}M)?(?:\d{1,6}W)?(?:\d{1,6}D)?(?:T(?=\d)(?:\d{1,6}H)?(?:\d{1,6}M)?(?:\d{1,6}S)?)?$/;

/** The characters are counted first: a megabyte is refused without being measured. */
export const isText = (value: unknown, bytesMin: number, bytesMax: number): boolean => {
  if (typeof value !== 'string' || value.length > bytesMax) return false;
  const bytes = Buffer.byteLength(value);
  return bytes >= bytesMin && bytes <= bytesMax && !CONTROL_CHARACTER.test(value);
};

const isIntegerWithin = (value: unknown, max: number): boolean => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= max;

export const isInstant = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  const { seconds, nanos } = value as { seconds?: unknown; nanos?: unknown };
  return isIntegerWithin(seconds, LAST_SECOND) && isIntegerWithin(nanos, NANOS_MAX);
};

export const isInterval = (value: unknown): boolean => typeof value === 'string' && INTERVAL.test(value);

export const isLabels = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  const entries = Object.entries(value);
  return (
    entries.length <= GRPC_LIMITS.labelsMax &&
    entries.every(([key, text]) => isText(key, 1, GRPC_LIMITS.labelKeyBytesMax) && isText(text, 0, GRPC_LIMITS.labelValueBytesMax))
  );
};
