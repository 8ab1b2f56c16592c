import type { ResourceCommand } from './commands.js';
import type { Decision } from './events.js';
import { comparison, newRecord, withContent } from './inform.js';
import type { Resource, ResourceRecord } from './record.js';
import { scheduleAfresh } from './schedule.js';

/** What became of a listed object; `deleted`: its record is, and an informer run revives nothing. */
export type ListAnswer = 'created' | 'updated' | 'skipped' | 'deleted' | 'stale';

/** An informer run came upon one object (reconciliation §7.4). */
export const decideList = (command: ResourceCommand<'list'>, record: Resource): Decision<ListAnswer> => {
  const { informed, now } = command;
  if (record === undefined) {
    return { answer: 'created', event: { type: 'resource-informed', record: newRecord(informed, command.newId, now, now) } };
  }
  if (record.state === 'deleted') return { answer: 'deleted' };
  const compared = comparison(informed, record, command.rules);
  if (compared < 0 && command.rules.ordering === 'chronological') return { answer: 'stale' };
  const changed = compared !== 0;
  if (!changed && !command.processExisting && NEEDS_NOTHING.has(record.state)) return { answer: 'skipped' };
  const after = withContent(record, informed, changed);
  return { answer: 'updated', event: { type: 'resource-informed', record: accept(record, after, changed, now) } };
};

/** Synced is done, scheduled and pending are under way; in particular a later deadline that the work asked for stands. */
const NEEDS_NOTHING: ReadonlySet<ResourceRecord['state']> = new Set(['synced', 'scheduled', 'pending']);

/** An object that fails and has not changed keeps its count: a listing must not make it be tried for ever. */
const accept = (before: ResourceRecord, after: ResourceRecord, changed: boolean, now: number): ResourceRecord => {
  if (before.state === 'pending') return after;
  const scheduled = scheduleAfresh(after, now, now);
  return before.state === 'failed' && !changed ? { ...scheduled, cycleAttempt: before.cycleAttempt } : scheduled;
};
