import type { Hit } from '../hit/hit.js';
import { headerValues } from '../hit/header-values.js';

/** Events that count as looking at a page. */
const PAGE_VIEW = 'page_view';

/** Query parameters under which trackers say them, most telling name first. */
const LOCATION_PARAMETERS = ['page_location', 'dl'] as const;
const TITLE_PARAMETERS = ['page_title', 'dt'] as const;
const REFERRER_PARAMETERS = ['page_referrer', 'dr'] as const;

export interface Page {
  readonly location: string;
  /** Empty when nobody said it. */
  readonly title: string;
}

export const isPageView = ({ eventName }: Hit): boolean => eventName === PAGE_VIEW;

/** The page that a hit is about: what the tracker says, else host and path of the request itself; null when there is neither. */
export const locationOf = (hit: Hit): string | null => {
  const location = trackedLocationOf(hit) ?? hit.host + hit.path;
  return location === '' ? null : location;
};

export const titleOf = (hit: Hit): string => parameterOf(hit, TITLE_PARAMETERS) ?? '';

export const pageOf = (hit: Hit): Page => ({ location: locationOf(hit) ?? '', title: titleOf(hit) });

/** Where the visitor came from; null when unknown. The header of a tracker's own request names the page itself, so it counts only without one. */
export const referrerOf = (hit: Hit): string | null => {
  const tracked = parameterOf(hit, REFERRER_PARAMETERS);
  if (tracked !== null || trackedLocationOf(hit) !== null) return tracked;
  const [header] = headerValues(hit.headers, ['Referer']);
  return header === undefined || header === '' ? null : header;
};

/** A parameter of the hit, else of the page's address; null without a value. */
export const campaignParameterOf = (hit: Hit, name: string): string | null => {
  const own = parameterOf(hit, [name]);
  if (own !== null) return own;
  const tracked = trackedLocationOf(hit);
  const value = tracked === null ? null : (urlOf(tracked)?.searchParams.get(name) ?? null);
  return value === '' ? null : value;
};

/** Null for a text that is no address. */
export const urlOf = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null);

const trackedLocationOf = (hit: Hit): string | null => parameterOf(hit, LOCATION_PARAMETERS);

const parameterOf = ({ queryParams }: Hit, names: readonly string[]): string | null => {
  for (const name of names) {
    const value = Object.hasOwn(queryParams, name) ? queryParams[name]?.[0] : undefined;
    if (value !== undefined && value !== '') return value;
  }
  return null;
};
