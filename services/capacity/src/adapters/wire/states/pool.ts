import type { Credit, Decommission, Hold, Member, Pool } from '../../../domain/index.js';
import { amount, amounts, dimension } from '../amounts.js';
import { flag, integer, optional, text } from '../codec.js';
import { list, numberMap } from '../collections.js';
import { record } from '../record.js';

const member = record<Member>({
  rates: amounts,
  formulaVersion: integer,
  nodeId: optional(text),
  since: integer,
  isReclaimed: flag,
});

const hold = record<Hold>({ rates: amounts, formulaVersion: integer, until: integer });

const decommission = record<Decommission>({ dimension, graceUntil: integer });

const credit = record<Credit>({ at: integer, amounts });

/** A pool with all that its next decision rests on. */
export const poolState = record<Pool>({
  id: integer,
  namespace: text,
  owner: integer,
  sponsor: integer,
  nodeIds: list(text),
  balance: amounts,
  rates: amounts,
  asOf: integer,
  emptyAt: optional(amount),
  exhaustsAt: optional(amount),
  unfunded: amounts,
  credited: amounts,
  members: numberMap(integer, member),
  holds: numberMap(integer, hold),
  heldRates: amounts,
  decommissions: numberMap(integer, decommission),
  exhausted: list(dimension),
  credits: numberMap(integer, credit),
  lastAt: integer,
});
