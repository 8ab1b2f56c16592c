import type { ContentMode, HeaderSource } from './event.js';

export const STRUCTURED_JSON = 'application/cloudevents+json';
export const BATCH_JSON = 'application/cloudevents-batch+json';
export const CONTENT_TYPE = 'content-type';

const ANY_CLOUDEVENTS = 'application/cloudevents';
const JSON_MEDIA_TYPE = /^(?:[a-z0-9!#$&^_.-]+\/)(?:json|[a-z0-9!#$&^_.-]+\+json)$/;

/** `type/subtype` in lower case, without parameters. */
const essence = (mediaType: string): string => (mediaType.split(';', 1)[0] ?? '').trim().toLowerCase();

/** Data without a media type is JSON, as the JSON format says. */
export const isJson = (mediaType: string | undefined): boolean => mediaType === undefined || JSON_MEDIA_TYPE.test(essence(mediaType));

/** Header names reach us in any case: other clients write `Content-Type`, ours write it in lower case. */
export const headerOf = (headers: HeaderSource, lowerCaseName: string): string | undefined => {
  const direct = headers.get(lowerCaseName);
  if (direct !== undefined && direct !== '') return direct;
  for (const name of headers.keys()) if (name.toLowerCase() === lowerCaseName) return headers.get(name);
  return undefined;
};

/**
 * Which of the content modes a message is in: its content type decides, then the presence of `ce-specversion`; a message
 * without either is structured JSON, or a batch when it begins with a bracket. `undefined`: a CloudEvents format that is not ours.
 */
export const contentModeOf = (headers: HeaderSource, firstByte: number | undefined): ContentMode | undefined => {
  const mediaType = headerOf(headers, CONTENT_TYPE);
  const format = mediaType === undefined ? '' : essence(mediaType);
  if (format === BATCH_JSON) return 'batch';
  if (format === STRUCTURED_JSON) return 'structured';
  if (format.startsWith(ANY_CLOUDEVENTS)) return undefined;
  if (headerOf(headers, 'ce-specversion') !== undefined) return 'binary';
  return firstByte === 0x5b ? 'batch' : 'structured';
};
