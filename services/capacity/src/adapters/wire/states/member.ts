import type { Member } from '../../../domain/index.js';
import { amounts } from '../amounts.js';
import { flag, integer, optional, text } from '../codec.js';
import { record } from '../record.js';

/** A workload that drains a pool; it travels between pools in this form, too. */
export const member = record<Member>({
  rates: amounts,
  formulaVersion: integer,
  nodeId: optional(text),
  since: integer,
  priority: integer,
  isReclaimed: flag,
  isSuspended: flag,
  isPaused: flag,
});
