import { Refusal } from '@drawdown/errors';
import type { DepletionPlace, PageWanted } from '../../application/queries/ports.js';

/** Items of a page when the request names no size. */
const PAGE_SIZE_DEFAULT = 100;

export const pageSizeOf = ({ pageSize }: { readonly pageSize: number }): number => (pageSize === 0 ? PAGE_SIZE_DEFAULT : pageSize);

/** The page that a request asks for. */
export const pageOf = <Place>(request: { readonly pageSize: number }, after: Place | undefined): PageWanted<Place> => ({
  limit: pageSizeOf(request),
  after,
});

/** Opaque to clients: the place behind which the next page begins; empty where there is none. */
export const tokenAfter = (place: unknown): string =>
  place === undefined ? '' : Buffer.from(JSON.stringify(place, writeBigints)).toString('base64url');

/** Instants may lie beyond what a number holds. */
const writeBigints = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? { bigint: String(value) } : value);

const readBigints = (_name: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || !('bigint' in value)) return value;
  const { bigint } = value;
  return typeof bigint === 'string' && /^\d{1,20}$/.test(bigint) ? BigInt(bigint) : value;
};

/** @throws Refusal `VALIDATION` for a token that no list of this kind has answered */
export const decodePageToken = <T>(token: string, isPlace: (value: unknown) => value is T): T | undefined => {
  if (token === '') return undefined;
  const value = parsed(token);
  if (!isPlace(value)) throw unknownToken();
  return value;
};

const parsed = (token: string): unknown => {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString(), readBigints);
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

export const isDepletionPlace = (value: unknown): value is DepletionPlace => {
  if (typeof value !== 'object' || value === null || !('id' in value)) return false;
  const { id, emptyAt } = value as Readonly<Record<string, unknown>>;
  return isIndex(id) && (emptyAt === undefined || isIndex(emptyAt) || typeof emptyAt === 'bigint');
};
