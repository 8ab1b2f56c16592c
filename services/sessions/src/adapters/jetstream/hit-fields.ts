import { ExactNumber, type CloudEvent, type ExactJson, type ExactJsonObject } from '@drawdown/cloudevents';
import { PLATFORMS, type Platform, type ValueLists } from '../../domain/index.js';

/** What the data of a hit says; texts that are empty or `null` count as not said. */
export interface HitFields {
  readonly clientId: string | undefined;
  readonly propertyId: string | undefined;
  readonly eventName: string | undefined;
  readonly userId: string | undefined;
  readonly sessionStamp: string | undefined;
  readonly clientSessionId: string | undefined;
  readonly platform: Platform | undefined;
  readonly ip: string;
  readonly host: string;
  readonly path: string;
  readonly method: string;
  readonly queryParams: ValueLists;
  readonly headers: ValueLists;
  readonly body: Uint8Array;
  readonly requestSeq: number | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Half a surrogate pair has no UTF-8: two texts could become one on their way into the store. */
const LONE_SURROGATE = /\p{Surrogate}/u;
/** Requests never bring so many; Redis and every encoder of hits hold it in four bytes. */
const REQUEST_SEQ_MAX = 2 ** 31 - 1;
const NO_VALUES: ValueLists = Object.freeze({});
const NO_NOTES: Readonly<Record<string, string>> = Object.freeze({});
const NO_BYTES = new Uint8Array();

/** The fields, or a sentence that says what is wrong. Members of another name are passed over: a later version may bring them. */
export const readFields = (event: CloudEvent): HitFields | string => {
  if (event.dataBytes !== undefined) return 'the data is not JSON';
  const data = event.data ?? {};
  if (!isObject(data)) return 'the data is not a JSON object';
  const reader = new FieldReader(data);
  const fields: HitFields = {
    clientId: reader.text('clientId'),
    propertyId: reader.text('propertyId'),
    eventName: reader.text('eventName'),
    userId: reader.text('userId'),
    sessionStamp: reader.text('sessionStamp'),
    clientSessionId: reader.text('sessionId'),
    platform: reader.platform(),
    ip: reader.text('ip') ?? '',
    host: reader.text('host') ?? '',
    path: reader.text('path') ?? '',
    method: reader.text('method') ?? '',
    queryParams: reader.valueLists('queryParams'),
    headers: reader.valueLists('headers'),
    body: reader.bytes('body'),
    requestSeq: reader.count('requestSeq'),
    metadata: reader.notes('metadata'),
  };
  return reader.problem ?? fields;
};

const isObject = (value: ExactJson): value is ExactJsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);

/** Reads members one by one and keeps what was wrong first. */
class FieldReader {
  problem: string | undefined;

  constructor(private readonly data: ExactJsonObject) {}

  text(name: string): string | undefined {
    const value = this.member(name);
    if (value === undefined || value === '') return undefined;
    if (typeof value !== 'string') return this.wrong(`${name} is not a text`);
    return LONE_SURROGATE.test(value) ? this.wrong(`${name} holds half a surrogate pair`) : value;
  }

  platform(): Platform | undefined {
    const text = this.text('platform');
    const platform = PLATFORMS.find(known => known === text);
    return text !== undefined && platform === undefined ? this.wrong(`platform is none of ${PLATFORMS.join(', ')}`) : platform;
  }

  count(name: string): number | undefined {
    const value = this.member(name);
    if (value === undefined) return undefined;
    const isCount = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= REQUEST_SEQ_MAX;
    return isCount ? value : this.wrong(`${name} is not a whole number from 0 to ${String(REQUEST_SEQ_MAX)}`);
  }

  bytes(name: string): Uint8Array {
    const value = this.member(name);
    if (value === undefined) return NO_BYTES;
    const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : NO_BYTES;
    if (bytes instanceof Buffer && bytes.toString('base64') === value) return bytes;
    this.wrong(`${name} is not base64`);
    return NO_BYTES;
  }

  /** The object itself where it is sound: a copy made by assignment would lose a parameter that is called `__proto__`. */
  valueLists(name: string): ValueLists {
    const value = this.member(name);
    if (value === undefined) return NO_VALUES;
    if (isValueLists(value)) return value;
    this.wrong(`${name} is not an object of lists of texts`);
    return NO_VALUES;
  }

  notes(name: string): Readonly<Record<string, string>> {
    const value = this.member(name);
    if (value === undefined) return NO_NOTES;
    if (isNotes(value)) return value;
    this.wrong(`${name} is not an object of texts`);
    return NO_NOTES;
  }

  private member(name: string): ExactJson | undefined {
    return Object.hasOwn(this.data, name) ? (this.data[name] ?? undefined) : undefined;
  }

  private wrong(problem: string): undefined {
    this.problem ??= problem;
    return undefined;
  }
}

const isValueLists = (value: ExactJson): value is ExactJsonObject & ValueLists =>
  isObject(value) &&
  Object.entries(value).every(([name, values]) => !LONE_SURROGATE.test(name) && Array.isArray(values) && values.every(isWholeText));

const isNotes = (value: ExactJson): value is ExactJsonObject & Readonly<Record<string, string>> =>
  isObject(value) && Object.entries(value).every(([name, note]) => !LONE_SURROGATE.test(name) && isWholeText(note));

const isWholeText = (value: unknown): boolean => typeof value === 'string' && !LONE_SURROGATE.test(value);
