import type { InstantMs } from '@drawdown/calendar';
import { Refusal } from '@drawdown/errors';
import type { JsonObject } from '../content/json.js';
import { checkNamespace } from '../definition/names.js';
import { firstSet } from '../definition/options.js';
import { LIMITS } from '../limits.js';
import type { Retention } from '../resource/commands.js';
import type { ClientSettings } from '../settings/client-settings.js';

/** What a client says about a namespace; durations in ms, absent and 0 mean none of its own. */
export interface NamespaceSettings {
  readonly resourceExpiryMs?: number | undefined;
  readonly deletedRetentionMs?: number | undefined;
  readonly syncedRetentionMs?: number | undefined;
  readonly degradedRetentionMs?: number | undefined;
  /** Attempts at once in one process, across kinds. */
  readonly maxWorkers?: number | undefined;
  readonly metadata?: JsonObject | undefined;
}

/** A group of resources that share expiry and retention (reconciliation §2.2). It is no tenant. */
export interface NamespaceRecord {
  readonly name: string;
  /** 0 = never. */
  readonly expiryTtlSeconds: number;
  readonly deletedRetentionMs: number | null;
  readonly syncedRetentionMs: number | null;
  readonly degradedRetentionMs: number | null;
  readonly maxWorkers: number | null;
  readonly metadata: JsonObject;
  readonly createdAt: InstantMs;
  readonly updatedAt: InstantMs;
}

/** Whole seconds, rounded down: less than one means never. */
export const expiryTtlSeconds = (resourceExpiryMs: number): number =>
  Math.min(Math.max(Math.floor(resourceExpiryMs / 1_000), 0), LIMITS.expiryTtlSecondsMax);

/** `ensure`: an inform named a namespace that nobody configured; it gets a record, so that it is cleaned too. */
export type NamespaceCommand =
  | { readonly type: 'configure'; readonly now: InstantMs; readonly name: string; readonly settings: NamespaceSettings }
  | { readonly type: 'ensure'; readonly now: InstantMs; readonly name: string };

export interface NamespaceEvent {
  readonly type: 'namespace-configured';
  readonly record: NamespaceRecord;
}

const recordOf = (name: string, settings: NamespaceSettings, createdAt: InstantMs, updatedAt: InstantMs): NamespaceRecord => ({
  name,
  expiryTtlSeconds: expiryTtlSeconds(settings.resourceExpiryMs ?? 0),
  deletedRetentionMs: firstSet(settings.deletedRetentionMs) ?? null,
  syncedRetentionMs: firstSet(settings.syncedRetentionMs) ?? null,
  degradedRetentionMs: firstSet(settings.degradedRetentionMs) ?? null,
  maxWorkers: firstSet(settings.maxWorkers) ?? null,
  metadata: settings.metadata ?? {},
  createdAt,
  updatedAt,
});

/**
 * What a start, or an inform, comes to for a namespace; the newest configuration holds.
 * @throws Refusal `NAMESPACE_…` for its name, `EXPIRY_AND_RETENTION_CONFLICT`, `INTERVAL_INVALID`, `PARALLELISM_INVALID`.
 */
export const decideNamespace = (command: NamespaceCommand, state: NamespaceRecord | undefined): NamespaceEvent | undefined => {
  const name = checkNamespace(command.name);
  if (command.type === 'ensure') {
    return state === undefined ? { type: 'namespace-configured', record: recordOf(name, {}, command.now, command.now) } : undefined;
  }
  checkSettings(name, command.settings);
  return { type: 'namespace-configured', record: recordOf(name, command.settings, state?.createdAt ?? command.now, command.now) };
};

export const evolveNamespace = (_state: NamespaceRecord | undefined, event: NamespaceEvent): NamespaceRecord => event.record;

const checkSettings = (name: string, settings: NamespaceSettings): void => {
  const durations = ['resourceExpiryMs', 'deletedRetentionMs', 'syncedRetentionMs', 'degradedRetentionMs'] as const;
  for (const setting of durations) {
    const value = settings[setting] ?? 0;
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new Refusal('INTERVAL_INVALID', `${setting} of the namespace ${name} cannot be ${value}`, { setting });
    }
  }
  const workers = settings.maxWorkers ?? 0;
  if (!Number.isInteger(workers) || workers < 0 || workers > LIMITS.namespaceWorkersMax) {
    throw new Refusal('PARALLELISM_INVALID', `maxWorkers of the namespace ${name} cannot be ${workers}`);
  }
  if (firstSet(settings.syncedRetentionMs) !== undefined && firstSet(settings.resourceExpiryMs) !== undefined) {
    throw new Refusal('EXPIRY_AND_RETENTION_CONFLICT', `synced resources of the namespace ${name} cannot both expire and be removed`);
  }
};

/** How long the cleaner lets records of a namespace rest: the namespace's own times before the client's. */
export const retentionOf = (namespace: NamespaceRecord | undefined, client: ClientSettings): Retention => ({
  deletedMs: firstSet(namespace?.deletedRetentionMs) ?? client.deletedRetentionMs,
  syncedMs: firstSet(namespace?.syncedRetentionMs) ?? client.syncedRetentionMs,
  degradedMs: firstSet(namespace?.degradedRetentionMs) ?? client.degradedRetentionMs,
  expires: (namespace?.expiryTtlSeconds ?? 0) > 0,
});
