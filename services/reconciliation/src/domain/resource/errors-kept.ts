import { LIMITS } from '../limits.js';
import type { AttemptError, ResourceRecord } from './record.js';

/** The beginning of a text; a character that would be cut in two is left out. */
const cutText = (text: string, charactersMax: number): string => {
  if (text.length <= charactersMax) return text;
  const cut = text.slice(0, charactersMax);
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
};

type Kept = Pick<ResourceRecord, 'errors' | 'errorCount'>;

/**
 * A record's errors with one more. The newest 50 are kept, fewer if the record would pass 512 KiB; only the newest keeps its trace
 * (reconciliation §2.1, §15.5).
 */
export const withError = (record: ResourceRecord, error: AttemptError): Kept => {
  const newest = {
    ...error,
    error: cutText(error.error, LIMITS.errorCharactersMax),
    trace: cutText(error.trace, LIMITS.traceCharactersMax),
  };
  const older = record.errors.slice(-(LIMITS.errorsKeptMax - 1)).map(past => (past.trace === '' ? past : { ...past, trace: '' }));
  return { errors: fitting(record, [...older, newest]), errorCount: record.errorCount + 1 };
};

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** Most records are far from the bound, which their lengths alone show: a character takes at most 6 bytes as JSON. */
const JSON_BYTES_PER_CHARACTER_MAX = 6;
const ERRORS_BYTES_MAX =
  LIMITS.errorsKeptMax * (LIMITS.errorCharactersMax * JSON_BYTES_PER_CHARACTER_MAX + 100) +
  LIMITS.traceCharactersMax * JSON_BYTES_PER_CHARACTER_MAX;

const fitting = (record: ResourceRecord, errors: readonly AttemptError[]): readonly AttemptError[] => {
  const rest = bytesOf({ ...record, errors: [] });
  if (rest + ERRORS_BYTES_MAX <= LIMITS.recordBytesMax) return errors;
  let kept = errors;
  while (kept.length > 1 && rest + bytesOf(kept) > LIMITS.recordBytesMax) kept = kept.slice(1);
  return kept;
};
