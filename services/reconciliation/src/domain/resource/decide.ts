import { decideClaim, type ClaimAnswer } from './claim.js';
import type { CommandType, ResourceCommand } from './commands.js';
import { decideComplete, decideHeartbeat, type CompleteAnswer, type HeartbeatAnswer } from './complete.js';
import type { Decision } from './events.js';
import { decideInform, type InformAnswer } from './inform.js';
import { assertInvariants } from './invariants.js';
import { decideList, type ListAnswer } from './list.js';
import { decideInvalidate, decideResume, decideRetry, decideSuspend, type OperateAnswer } from './operate.js';
import { decideExpire, decideRemove, decideReschedule, type PassAnswer } from './passes.js';
import type { Resource } from './record.js';
import { recognise, remember } from './remembered.js';
import { decideWake, type WakeAnswer } from './wake.js';

/** What each command answers. */
export interface Answers {
  inform: InformAnswer;
  list: ListAnswer;
  wake: WakeAnswer;
  claim: ClaimAnswer;
  heartbeat: HeartbeatAnswer;
  complete: CompleteAnswer;
  invalidate: OperateAnswer;
  retry: OperateAnswer;
  suspend: OperateAnswer;
  resume: OperateAnswer;
  expire: PassAnswer;
  reschedule: PassAnswer;
  remove: PassAnswer;
}

type Deciders = { readonly [Type in CommandType]: (command: ResourceCommand<Type>, record: Resource) => Decision<Answers[Type]> };

const DECIDERS: Deciders = {
  inform: decideInform,
  list: decideList,
  wake: decideWake,
  claim: decideClaim,
  heartbeat: decideHeartbeat,
  complete: decideComplete,
  invalidate: decideInvalidate,
  retry: decideRetry,
  suspend: decideSuspend,
  resume: decideResume,
  expire: decideExpire,
  reschedule: decideReschedule,
  remove: decideRemove,
};

/** The command was carried out before, and led to this version. */
export interface Repeated {
  readonly repeatOf: number;
}

/**
 * What a command comes to for a record: the state machine of reconciliation §3. Whatever woke the caller, the record alone decides.
 * @throws Refusal with a code of §12; nothing is written then.
 * @throws Fault `INVARIANT_BROKEN` before anything wrong is written.
 */
export const decide = <Type extends CommandType>(command: ResourceCommand<Type>, record: Resource): Decision<Answers[Type] | Repeated> => {
  const { type, identity } = command;
  const known = recognise(record, identity);
  if (known !== undefined) return { answer: { repeatOf: known.version } };
  const decision = DECIDERS[type](command, record);
  if (decision.event?.record === undefined) return decision;
  const after = remember(decision.event.record, identity);
  assertInvariants(record, after);
  return { ...decision, event: { ...decision.event, record: after } };
};
