import type { ResourceCommand } from './commands.js';
import type { Decision } from './events.js';
import { newRecord } from './inform.js';
import type { Resource, ResourceRecord } from './record.js';
import { wakeResting } from './schedule.js';

/** `left`: what is planned already comes no later than the wake. */
export type WakeAnswer = 'woken' | 'left';

/** Asks for a run at an instant (reconciliation §6.5). */
export const decideWake = (command: ResourceCommand<'wake'>, record: Resource): Decision<WakeAnswer> => {
  const { now, deadline } = command;
  if (record === undefined) {
    return { answer: 'woken', event: { type: 'resource-woken', record: newRecord(command.informed, command.newId, now, deadline) } };
  }
  const after = record.state === 'pending' ? keepWake(record, deadline) : wakeResting(record, now, deadline);
  if (after === record) return { answer: 'left' };
  return { answer: 'woken', event: { type: 'resource-woken', record: { ...after, requestSeq: record.requestSeq + 1 } } };
};

/** The lease counts the request too: a wake supersedes no outcome, it acts on what the outcome leaves. */
const keepWake = (record: ResourceRecord, deadline: number): ResourceRecord => {
  if (record.wakeAt !== null && record.wakeAt <= deadline) return record;
  return { ...record, wakeAt: deadline, lease: record.lease && { ...record.lease, requestSeq: record.lease.requestSeq + 1 } };
};
