import { Refusal } from '@drawdown/errors';
import type { ResourceCommand } from './commands.js';
import type { Decision } from './events.js';
import type { Resource, ResourceRecord } from './record.js';
import { scheduleAfresh } from './schedule.js';

/** What was asked is done, and remembered with the command that asked. */
export type OperateAnswer = 'done';

const require = (record: Resource, { kind, objectId }: { readonly kind: string; readonly objectId: string }): ResourceRecord => {
  if (record !== undefined) return record;
  throw new Refusal('RESOURCE_NOT_FOUND', `there is no resource ${kind}/${objectId}`, { kind, objectId });
};

/** T11, or T11 and T12 in one step. */
export const decideInvalidate = (command: ResourceCommand<'invalidate'>, record: Resource): Decision<OperateAnswer> => {
  const found = require(record, command);
  if (found.state !== 'synced') {
    throw new Refusal('RESOURCE_NOT_SYNCED', `${command.kind}/${command.objectId} is ${found.state}, not synced`, { state: found.state });
  }
  if (command.immediate) {
    return { answer: 'done', event: { type: 'resource-rescheduled', record: scheduleAfresh(found, command.now, command.now) } };
  }
  return { answer: 'done', event: { type: 'resource-expired', record: { ...found, state: 'expired' } } };
};

/** T15. */
export const decideRetry = (command: ResourceCommand<'retry'>, record: Resource): Decision<OperateAnswer> => {
  const found = require(record, command);
  if (found.state !== 'degraded') {
    throw new Refusal('RESOURCE_NOT_DEGRADED', `${command.kind}/${command.objectId} is ${found.state}, not degraded`, {
      state: found.state,
    });
  }
  return { answer: 'done', event: { type: 'resource-retried', record: scheduleAfresh(found, command.now, command.now) } };
};

/** Suspended records are informed and expire, but nobody claims them; an attempt that runs goes on (reconciliation §21). */
export const decideSuspend = (command: ResourceCommand<'suspend'>, record: Resource): Decision<OperateAnswer> => {
  const { reason, by, until } = command;
  const suspended = { reason, by, until };
  return { answer: 'done', event: { type: 'resource-suspended', record: { ...require(record, command), suspended } } };
};

export const decideResume = (command: ResourceCommand<'resume'>, record: Resource): Decision<OperateAnswer> => {
  return { answer: 'done', event: { type: 'resource-resumed', record: { ...require(record, command), suspended: null } } };
};
