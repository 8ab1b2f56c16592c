import { Refusal } from '@drawdown/errors';
import type { ListPlace } from '../../application/queries/merge.js';

/** Items of a page when the request names no size. */
const PAGE_SIZE_DEFAULT = 100;

export const pageSizeOf = ({ pageSize }: { readonly pageSize: number }): number => (pageSize === 0 ? PAGE_SIZE_DEFAULT : pageSize);

/** Opaque to clients: the place behind which the next page begins. */
export const encodePageToken = (after: unknown): string => Buffer.from(JSON.stringify(after)).toString('base64url');

/** @throws Refusal `VALIDATION` for a token that no list of this kind has answered */
export const decodePageToken = <T>(token: string, isPlace: (value: unknown) => value is T): T | undefined => {
  if (token === '') return undefined;
  const value = parsed(token);
  if (!isPlace(value)) throw unknownToken();
  return value;
};

const parsed = (token: string): unknown => {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw unknownToken();
  }
};

const unknownToken = (): Refusal =>
  new Refusal('VALIDATION', 'page_token is not one that this list has answered', { field: 'page_token' }, [
    { field: 'page_token', description: 'is not a token that this list has answered' },
  ]);

export const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

export const isText = (value: unknown): value is string => typeof value === 'string';

export const isListPlace = (value: unknown): value is ListPlace => {
  if (typeof value !== 'object' || value === null) return false;
  const { startedAtMs, sessionId } = value as Partial<Record<keyof ListPlace, unknown>>;
  return Number.isSafeInteger(startedAtMs) && typeof sessionId === 'string';
};
