import { Refusal } from '@drawdown/errors';

export type StreamKey = 'usage' | 'hits' | 'entitlements' | 'capacity' | 'properties' | 'sessions' | 'reconciliation' | 'deadletters';

export const STREAM_KEYS: readonly StreamKey[] = [
  'usage',
  'hits',
  'entitlements',
  'capacity',
  'properties',
  'sessions',
  'reconciliation',
  'deadletters',
];

/** One row of the table of design §4.1. All streams are kept in files, by limits, and allow direct reads. */
export interface StreamDeclaration {
  readonly key: StreamKey;
  readonly name: string;
  /** What is published to. */
  readonly subjects: readonly string[];
  /** What the server makes of it; subjects that do not match `from` stay as published (the envelopes). */
  readonly transform?: { readonly from: string; readonly to: string };
  /** 0: kept for ever. */
  readonly maxAgeMs: number;
  /** -1: no limit. With a limit the stream discards new messages, never old ones. */
  readonly maxBytes: number;
  /** -1: no limit. */
  readonly maxMessagesPerSubject: number;
  readonly discard: 'old' | 'new';
  readonly denyDelete: boolean;
  readonly denyPurge: boolean;
  readonly allowRollup: boolean;
  /** Messages may carry `Nats-TTL`. */
  readonly allowMessageTtl: boolean;
  /** Appends of several subjects in one atomic batch. */
  readonly allowAtomic: boolean;
  readonly allowDirect: true;
  readonly duplicateWindowMs: number;
  readonly storage: 'file';
  readonly replicas: 1 | 3;
  /** The one service that writes here; `anyone` for what producers publish. */
  readonly writtenBy: 'anyone' | 'every service' | 'entitlements' | 'capacity' | 'sessions' | 'reconciliation';
}

export interface StreamTableOptions {
  /** @default 1; production needs 3 (design §4.13). */
  readonly replicas?: 1 | 3;
  /** @default the table's, in days. Usage must outlive the longest usage period plus its late window (design §4.9). */
  readonly retentionDays?: Partial<Record<'usage' | 'hits' | 'sessions' | 'deadletters', number>>;
  /** Size limit per stream in bytes. @default none: the disk is the limit. A full stream refuses new messages (`STREAM_FULL`). */
  readonly maxBytes?: Partial<Record<StreamKey, number>>;
}

export type StreamTable = Readonly<Record<StreamKey, StreamDeclaration>>;

const DAY_MS = 86_400_000;
/** The server's least. Producers' ids are ours to recognise (design §4.7), so its table of ids is kept as small as it goes. */
const DUPLICATE_WINDOW_LEAST_MS = 100;
/** Longer than every retry of an append; later repeats are recognised by their command id alone. */
const DUPLICATE_WINDOW_APPENDS_MS = 120_000;
/** Closed sessions are handed over again after a crash, with the same ids; a takeover must fit in (sessions §12.4). */
const DUPLICATE_WINDOW_SESSIONS_MS = 900_000;
const RETENTION_DAYS = { usage: 400, hits: 7, sessions: 90, deadletters: 30 } as const;
const RECONCILIATION_MESSAGES_PER_SUBJECT = 16;

/**
 * The prefix of a deployment: first token of every subject and, in capitals, of every stream.
 * @throws Refusal `VALIDATION`
 */
export const checkPrefix = (prefix: string): string => {
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(prefix)) {
    throw new Refusal('VALIDATION', 'a prefix is 1 to 32 characters of a-z, 0-9 and "-", beginning with a letter', { prefix });
  }
  return prefix;
};

/** The one table of streams (design §4.1). Provisioning writes it to the server, start-up compares the server with it. */
export const streamTable = (prefix: string, options: StreamTableOptions = {}): StreamTable => {
  checkPrefix(prefix);
  const days = { ...RETENTION_DAYS, ...options.retentionDays };
  const declare = (
    key: StreamKey,
    row: Partial<StreamDeclaration> & Pick<StreamDeclaration, 'subjects' | 'writtenBy'>,
  ): StreamDeclaration => {
    const maxBytes = options.maxBytes?.[key] ?? -1;
    return {
      key,
      name: `${prefix.toUpperCase()}_${key.toUpperCase()}`,
      maxAgeMs: 0,
      maxBytes,
      maxMessagesPerSubject: -1,
      discard: maxBytes === -1 ? 'old' : 'new',
      denyDelete: false,
      denyPurge: false,
      allowRollup: false,
      allowMessageTtl: false,
      allowAtomic: false,
      allowDirect: true,
      duplicateWindowMs: DUPLICATE_WINDOW_APPENDS_MS,
      storage: 'file',
      replicas: options.replicas ?? 1,
      ...row,
    };
  };
  const ledger = { denyDelete: true, denyPurge: true } as const;
  return {
    usage: declare('usage', {
      subjects: [`${prefix}.usage.*.*`, `${prefix}.usage-batch.*.*`],
      transform: { from: `${prefix}.usage.*.*`, to: `${prefix}.p.usage.{{partition(64,1,2)}}.{{wildcard(1)}}.{{wildcard(2)}}` },
      maxAgeMs: days.usage * DAY_MS,
      duplicateWindowMs: DUPLICATE_WINDOW_LEAST_MS,
      writtenBy: 'anyone',
    }),
    hits: declare('hits', {
      subjects: [`${prefix}.hits.*.*.*`, `${prefix}.hits-batch.*.*`],
      transform: {
        from: `${prefix}.hits.*.*.*`,
        to: `${prefix}.p.hits.{{partition(64,1,2,3)}}.{{wildcard(1)}}.{{wildcard(2)}}.{{wildcard(3)}}`,
      },
      maxAgeMs: days.hits * DAY_MS,
      duplicateWindowMs: DUPLICATE_WINDOW_LEAST_MS,
      allowMessageTtl: true,
      writtenBy: 'anyone',
    }),
    entitlements: declare('entitlements', {
      subjects: [`${prefix}.entitlements.>`],
      ...ledger,
      allowMessageTtl: true,
      writtenBy: 'entitlements',
    }),
    capacity: declare('capacity', { subjects: [`${prefix}.capacity.>`], ...ledger, writtenBy: 'capacity' }),
    properties: declare('properties', { subjects: [`${prefix}.properties.>`], ...ledger, writtenBy: 'sessions' }),
    sessions: declare('sessions', {
      subjects: [`${prefix}.sessions.>`],
      maxAgeMs: days.sessions * DAY_MS,
      duplicateWindowMs: DUPLICATE_WINDOW_SESSIONS_MS,
      writtenBy: 'sessions',
    }),
    reconciliation: declare('reconciliation', {
      subjects: [`${prefix}.reconciliation.>`],
      maxMessagesPerSubject: RECONCILIATION_MESSAGES_PER_SUBJECT,
      allowRollup: true,
      allowMessageTtl: true,
      allowAtomic: true,
      writtenBy: 'reconciliation',
    }),
    deadletters: declare('deadletters', {
      subjects: [`${prefix}.deadletters.*`],
      maxAgeMs: days.deadletters * DAY_MS,
      writtenBy: 'every service',
    }),
  };
};

/** The two KV buckets (design §4.2). */
export const bucketNames = (prefix: string): { readonly leases: string; readonly registry: string } => ({
  leases: `${checkPrefix(prefix)}-leases`,
  registry: `${prefix}-registry`,
});
