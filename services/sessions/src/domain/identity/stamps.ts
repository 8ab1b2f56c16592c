import type { Hit } from '../hit/hit.js';

/** Headers of a computed stamp where a property names no others, in order (sessions §10.2). */
export const STAMP_HEADERS_DEFAULT = [
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'User-Agent',
  'Sec-CH-UA',
  'Sec-CH-UA-Mobile',
  'Sec-CH-UA-Platform',
  'Sec-CH-UA-Platform-Version',
  'Sec-CH-UA-Model',
  'Sec-CH-UA-Full-Version',
] as const;

/** Query parameters that carry an explicit stamp, in order of precedence. */
const STAMP_PARAMETERS = ['sessionStamp', 'fss'] as const;

/** The stamp that the client gave: the field, else the first parameter that is not empty; null without one. */
export const explicitStampOf = ({ sessionStamp, queryParams }: Hit): string | null => {
  if (sessionStamp !== undefined && sessionStamp !== '') return sessionStamp;
  for (const name of STAMP_PARAMETERS) {
    const value = Object.hasOwn(queryParams, name) ? queryParams[name]?.[0] : undefined;
    if (value !== undefined && value !== '') return value;
  }
  return null;
};
