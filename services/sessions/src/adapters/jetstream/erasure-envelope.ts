import { decode, type CloudEvent, type EventResult, type ExactJson } from '@drawdown/cloudevents';
import { decodeToken, type StoredMessage, type Subjects } from '@drawdown/eventlog';
import { idOf, type ErasedPerson } from '../../application/erasure/person.js';
import { addressOf, type HitAddress } from './hit-address.js';
import { HIT_DECODE_LIMITS } from './hit-wire.js';

/** What is left of a message of hits without a person's. */
export type Left =
  | { readonly kind: 'untouched' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'rest'; readonly data: Uint8Array; readonly ids: readonly string[] };

const UNTOUCHED: Left = { kind: 'untouched' };
const NOTHING: Left = { kind: 'nothing' };

/**
 * Takes a person's events out of a message of hits, valid or not. What cannot be read cannot be told apart: it goes where it holds the id as a text.
 * Events that stay say their own time and place, which they had from the message until now.
 * @param ids of the events that went, where they had any, are told in `rest`
 */
export const withoutEventsOf = (subjects: Subjects, message: StoredMessage, erased: ErasedPerson, arrivedMs: number): Left => {
  const address = addressOf(subjects, message.subject);
  if (address === undefined) return mentions(message.data, erased) ? NOTHING : UNTOUCHED;
  if (address.namespace !== erased.namespace) return UNTOUCHED;
  const decoded = decode(message.headers, message.data, HIT_DECODE_LIMITS);
  if (!decoded.ok) return mentions(message.data, erased) || isSingleOf(address, erased) ? NOTHING : UNTOUCHED;
  if (decoded.mode !== 'batch') {
    return decoded.results.some(result => isEventOf(result, address, erased, message.data)) ? NOTHING : UNTOUCHED;
  }
  const elements = JSON.parse(Buffer.from(message.data).toString()) as readonly unknown[];
  const gone = decoded.results.filter(result => isEventOf(result, address, erased, Buffer.from(JSON.stringify(elements[result.index]))));
  if (gone.length === 0) return UNTOUCHED;
  if (gone.length === elements.length) return NOTHING;
  const goneAt = new Set(gone.map(({ index }) => index));
  const rest = elements.flatMap((element, index) => (goneAt.has(index) ? [] : [selfContained(element, index, arrivedMs)]));
  return { kind: 'rest', data: Buffer.from(JSON.stringify(rest)), ids: gone.flatMap(result => (result.ok ? [result.event.id] : [])) };
};

/** A person's events as they were published; without an id where they cannot be read. */
export const eventsOf = (
  subjects: Subjects,
  message: StoredMessage,
  person: ErasedPerson,
): readonly { readonly id: string | undefined; readonly data: Uint8Array }[] => {
  const whole = { id: undefined, data: message.data };
  const address = addressOf(subjects, message.subject);
  if (address === undefined) return mentions(message.data, person) ? [whole] : [];
  if (address.namespace !== person.namespace) return [];
  const decoded = decode(message.headers, message.data, HIT_DECODE_LIMITS);
  if (!decoded.ok) return mentions(message.data, person) || isSingleOf(address, person) ? [whole] : [];
  const elements = decoded.mode === 'batch' ? (JSON.parse(Buffer.from(message.data).toString()) as readonly unknown[]) : undefined;
  return decoded.results.flatMap(result => {
    const data = elements === undefined ? message.data : Buffer.from(JSON.stringify(elements[result.index]));
    return isEventOf(result, address, person, data) ? [{ id: result.ok ? result.event.id : undefined, data }] : [];
  });
};

const isEventOf = (result: EventResult, address: HitAddress, erased: ErasedPerson, bytes: Uint8Array): boolean => {
  if (!result.ok) return isSingleOf(address, erased) || mentions(bytes, erased);
  const { event } = result;
  const single = address.kind === 'single' ? address : undefined;
  const propertyId = textOf(event, 'propertyId') ?? (single === undefined ? undefined : decodeToken(single.propertyToken));
  if (propertyId !== erased.propertyId) return false;
  const { person } = erased;
  if (person.kind === 'user') return textOf(event, 'userId') === person.userId;
  return textOf(event, 'clientId') === person.clientId || isSingleOf(address, erased);
};

const isSingleOf = (address: HitAddress, { propertyId, person }: ErasedPerson): boolean =>
  address.kind === 'single' &&
  person.kind === 'client' &&
  decodeToken(address.propertyToken) === propertyId &&
  decodeToken(address.clientToken) === person.clientId;

const textOf = ({ data }: CloudEvent, name: string): string | undefined => {
  if (typeof data !== 'object' || data === null || Array.isArray(data) || !Object.hasOwn(data, name)) return undefined;
  const value = (data as Readonly<Record<string, ExactJson>>)[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** As a JSON text of its own. */
export const mentions = (data: Uint8Array, { person }: ErasedPerson): boolean => Buffer.from(data).includes(JSON.stringify(idOf(person)));

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Time and place of an event were its message's where it did not say them (sessions §2.1); now it stands elsewhere. */
const selfContained = (element: unknown, index: number, arrivedMs: number): unknown => {
  if (!isMembers(element)) return element;
  const data = element['data'];
  return {
    ...element,
    time: element['time'] ?? new Date(arrivedMs).toISOString(),
    ...(isMembers(data) ? { data: { ...data, requestSeq: data['requestSeq'] ?? index } } : {}),
  };
};
