import type { InstantMs } from '@drawdown/calendar';
import { RESERVED_METADATA_PREFIX } from '../definition/options.js';
import type { KindRules } from '../definition/rules.js';
import type { JsonObject } from '../content/json.js';
import type { InformedObject, ResourceCommand } from './commands.js';
import type { Decision } from './events.js';
import { OWN_VERSION, type Resource, type ResourceRecord } from './record.js';
import { scheduleAfresh } from './schedule.js';

export interface InformAnswer {
  readonly alreadyExists: boolean;
  /** Nothing was written: unchanged and synced. */
  readonly skipped: boolean;
  /** The record belongs to another namespace, and stays there. */
  readonly namespaceIgnored: boolean;
}

/** T1: the record of an object seen for the first time (§6.3). */
export const newRecord = (informed: InformedObject, id: string, now: InstantMs, deadline: InstantMs): ResourceRecord => ({
  id,
  kind: informed.kind,
  objectId: informed.objectId,
  namespace: informed.options.namespace,
  object: informed.content.object,
  hash: informed.content.hash,
  metadata: informed.options.metadata,
  tags: informed.options.tags,
  state: 'scheduled',
  attempt: 0,
  cycleAttempt: 0,
  maxAttempts: informed.options.maxAttempts,
  generation: 1,
  observedGeneration: 0,
  requestSeq: 1,
  createdAt: now,
  externalCreatedAt: informed.externalCreatedAt,
  scheduledAt: now,
  attemptedAt: null,
  syncedAt: null,
  nextAttemptAt: deadline,
  wakeAt: null,
  errors: [],
  errorCount: 0,
  lease: null,
  leaseToken: 0,
  suspended: null,
  commands: [],
  version: OWN_VERSION,
});

/** 0 = same, negative = the incoming object is older, anything else = changed (§7.4). */
export const comparison = (informed: InformedObject, record: ResourceRecord, rules: KindRules): number => {
  if (rules.compare !== undefined) return rules.compare(informed.content.object, record.object);
  return informed.content.hash === record.hash ? 0 : 1;
};

/** A record with an object that was accepted, whatever becomes of its state. */
export const withContent = (record: ResourceRecord, informed: InformedObject, changed: boolean): ResourceRecord => ({
  ...record,
  object: informed.content.object,
  hash: informed.content.hash,
  generation: record.generation + (changed ? 1 : 0),
  requestSeq: record.requestSeq + 1,
});

/** Callers replace metadata, but for the members that are the system's own. */
const replaceMetadata = (stored: JsonObject, given: JsonObject): JsonObject => {
  const reserved = Object.entries(stored).filter(([name]) => name.startsWith(RESERVED_METADATA_PREFIX));
  return reserved.length === 0 ? given : { ...given, ...Object.fromEntries(reserved) };
};

/** A caller hands over one object: it always asks for a run, and revives what was deleted (§6). */
export const decideInform = (command: ResourceCommand<'inform'>, record: Resource): Decision<InformAnswer> => {
  const { informed, now } = command;
  if (record === undefined) {
    return {
      answer: { alreadyExists: false, skipped: false, namespaceIgnored: false },
      event: { type: 'resource-informed', record: newRecord(informed, command.newId, now, now) },
    };
  }
  const changed = comparison(informed, record, command.rules) !== 0;
  const skipped = command.onlyIfChanged && !changed && record.state === 'synced';
  const answer = { alreadyExists: true, skipped, namespaceIgnored: informed.options.namespace !== record.namespace };
  if (skipped) return { answer };
  const after: ResourceRecord = {
    ...withContent(record, informed, changed),
    metadata: replaceMetadata(record.metadata, informed.options.metadata),
    tags: informed.options.tags,
    maxAttempts: informed.options.maxAttempts,
    externalCreatedAt: informed.externalCreatedAt,
  };
  return { answer, event: { type: 'resource-informed', record: record.state === 'pending' ? after : scheduleAfresh(after, now, now) } };
};
