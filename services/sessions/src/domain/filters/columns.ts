import { headerValues } from '../hit/header-values.js';
import type { Hit, ValueLists } from '../hit/hit.js';

/** Columns of a hit that expressions name; each is a text, empty where the hit has none (sessions §13.2). */
export const TEXT_COLUMNS = [
  'eventName',
  'clientId',
  'userId',
  'sessionStamp',
  'sessionId',
  'platform',
  'ip',
  'host',
  'path',
  'method',
  'receivedAtMs',
] as const;

/** Columns with a text per name: `query.get("utm_source")`. */
export const VALUES_COLUMNS = ['query', 'headers', 'metadata'] as const;

export type Columns = Readonly<Record<(typeof TEXT_COLUMNS)[number], string> & Record<(typeof VALUES_COLUMNS)[number], NamedTexts>>;

/** Texts by name; the type that expressions know as `Texts`. */
export class NamedTexts {
  constructor(private readonly find: (name: string) => string | undefined) {}

  /** Empty where there is none. */
  get(name: string): string {
    return this.find(name) ?? '';
  }
}

/** What expressions see of a hit. */
export const columnsOf = (hit: Hit): Columns => ({
  eventName: hit.eventName,
  clientId: hit.clientId,
  userId: hit.userId ?? '',
  sessionStamp: hit.sessionStamp ?? '',
  sessionId: hit.clientSessionId ?? '',
  platform: hit.platform ?? '',
  ip: hit.ip,
  host: hit.host,
  path: hit.path,
  method: hit.method,
  receivedAtMs: String(hit.receivedAtMs),
  query: new NamedTexts(name => firstOf(hit.queryParams, name)),
  headers: new NamedTexts(name => headerValues(hit.headers, [name])[0]),
  metadata: new NamedTexts(name => (Object.hasOwn(hit.metadata, name) ? hit.metadata[name] : undefined)),
});

const firstOf = (lists: ValueLists, name: string): string | undefined => (Object.hasOwn(lists, name) ? lists[name]?.[0] : undefined);
