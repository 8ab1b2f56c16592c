import type { ExactJson, ExactJsonObject } from './exact-json.js';
import type { CloudEvent, ExtensionValue } from './event.js';
import { instantMs, parseInstant } from './rfc3339.js';

type Draft = { -readonly [K in keyof CloudEvent]?: CloudEvent[K] };

/** Control characters and unpaired surrogates, which no CloudEvents string may hold. */
const FORBIDDEN = /[\p{Cc}\p{Cs}]/u;
const EXTENSION_NAME = /^[a-z0-9]+$/;
const NO_EXTENSIONS: Readonly<Record<string, ExtensionValue>> = Object.freeze({});
/** Members of a structured event that are not context attributes. */
const DATA = 'data';
const DATA_BASE64 = 'data_base64';
const REQUIRED = ['id', 'source', 'type'] as const;

/** The event without its data, or what is wrong with it. */
export type CheckedAttributes = { readonly ok: true; readonly event: CloudEvent } | { readonly ok: false; readonly detail: string };

const wrong = (detail: string): CheckedAttributes => ({ ok: false, detail });

/**
 * Checks the context attributes of one event by CloudEvents 1.0. `null` means not given; `data` and `data_base64` are passed over.
 * Unknown attributes are kept as extensions.
 */
export const checkAttributes = (attributes: ExactJsonObject): CheckedAttributes => {
  const draft: Draft = {};
  let specversion: ExactJson | undefined;
  let extensions: Record<string, ExtensionValue> | undefined;
  for (const name in attributes) {
    const value = attributes[name];
    if (value === null || value === undefined) continue;
    switch (name) {
      case DATA:
      case DATA_BASE64:
        break;
      case 'specversion':
        specversion = value;
        break;
      case 'id':
      case 'source':
      case 'type':
      case 'subject':
      case 'datacontenttype':
      case 'dataschema': {
        const detail = textProblem(name, value);
        if (detail !== undefined) return wrong(detail);
        draft[name] = value as string;
        break;
      }
      case 'time': {
        const instant = typeof value === 'string' ? parseInstant(value) : undefined;
        if (instant === undefined) return wrong('time is no RFC 3339 date and time');
        draft.givenTime = value as string;
        draft.timeMs = instantMs(instant);
        break;
      }
      default: {
        const detail = extensionProblem(name, value);
        if (detail !== undefined) return wrong(detail);
        extensions ??= Object.create(null) as Record<string, ExtensionValue>;
        extensions[name] = value as ExtensionValue;
      }
    }
  }
  if (specversion !== '1.0') return wrong(specversion === undefined ? 'specversion is missing' : 'specversion is not 1.0');
  const missing = REQUIRED.find(name => draft[name] === undefined);
  if (missing !== undefined) return wrong(`${missing} is missing`);
  draft.extensions = extensions ?? NO_EXTENSIONS;
  return { ok: true, event: draft as CloudEvent };
};

const textProblem = (name: string, value: ExactJson): string | undefined => {
  if (typeof value !== 'string') return `${name} is not a string`;
  if (value === '') return `${name} is empty`;
  return FORBIDDEN.test(value) ? `${name} holds a control character or half a surrogate pair` : undefined;
};

const extensionProblem = (name: string, value: ExactJson): string | undefined => {
  if (!EXTENSION_NAME.test(name)) return `an attribute is named otherwise than in lower-case letters and digits`;
  if (typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return (value | 0) === value ? undefined : `${name} is not a 32-bit integer`;
  if (typeof value !== 'string') return `${name} is not a string, boolean or 32-bit integer`;
  return FORBIDDEN.test(value) ? `${name} holds a control character or half a surrogate pair` : undefined;
};
