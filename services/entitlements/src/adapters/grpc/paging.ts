import { Refusal } from '@drawdown/errors';

/** Items of a page when the request names no size. */
const PAGE_SIZE_DEFAULT = 100;
const PAGE_SIZE_MAX = 1_000;

export interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken: string;
}

export const pageSizeOf = ({ pageSize }: PageRequest): number => (pageSize === 0 ? PAGE_SIZE_DEFAULT : Math.min(pageSize, PAGE_SIZE_MAX));

/** One page of a list that is at hand; the token is the place to go on from. */
export const pageOf = <T>(all: readonly T[], request: PageRequest): Page<T> => {
  const start = request.pageToken === '' ? 0 : startOf(request.pageToken);
  const end = start + pageSizeOf(request);
  return { items: all.slice(start, end), nextPageToken: end < all.length ? encodePageToken(end) : '' };
};

const startOf = (token: string): number => {
  const start = decodePageToken(token);
  if (typeof start !== 'number' || !Number.isSafeInteger(start) || start < 0) throw unknownToken();
  return start;
};

/** Opaque to clients: whatever a list needs to go on after its last item. */
export const encodePageToken = (after: unknown): string => Buffer.from(JSON.stringify(after)).toString('base64url');

/** @throws Refusal `VALIDATION` for a token that no list has answered */
export const decodePageToken = (token: string): unknown => {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw unknownToken();
  }
};

export const unknownToken = (): Refusal =>
  new Refusal('VALIDATION', 'page_token is not one that this list has answered', { field: 'page_token' }, [
    { field: 'page_token', description: 'is not a token that this list has answered' },
  ]);
