import type { CallContext } from '@drawdown/grpc';
import { inject } from '@drawdown/telemetry';
import type { Untimed } from '../../application/aggregates/instructed.js';
import type { CommandOf, Kind, KeyOf } from '../../application/aggregates/kinds.js';
import type { Answered, CapacityCalls, Given, Told } from '../../application/calls.js';
import type { Instruction } from '../../application/flows/instruction.js';
import type { AnswerOf, ArgumentsOf, KindAsked, QuestionName } from '../../application/questions/questions.js';
import { hasRight, requireParty, requireRight, requireRightOrParty, type Right } from './authorization/rights.js';
import { identityOf, type CommandRequest } from './command-request.js';

/** What controllers do with commands and questions: in the namespace of the token, and no other. */
export class EdgeCalls {
  constructor(private readonly calls: CapacityCalls) {}

  /** @throws as `CapacityCalls.execute`; Refusal `ROLE_MISSING` where an instant is given without the right to */
  execute<K extends Kind>(
    kind: K,
    key: KeyOf<K>,
    request: CommandRequest,
    command: Untimed<CommandOf<K>>,
    context: CallContext,
  ): Promise<Answered<K>> {
    const given: Given<K> = { ...this.instruction(request, context), command };
    return this.calls.execute(kind, context.caller.namespace, key, given, context);
  }

  /** @throws Refusal `ROLE_MISSING` where an instant is given without the right to */
  instruction(request: CommandRequest, { caller }: CallContext): Instruction {
    const { at } = request;
    if (at !== undefined) requireRight(caller, 'backdate');
    const headers = Object.fromEntries(inject(new Map<string, string>()));
    return { ...identityOf(request), headers, when: at === undefined ? 'now' : { given: at } };
  }

  /** The answer of a question; the stored documents give it where the owner is silent. */
  ask<Q extends QuestionName>(
    question: Q,
    key: KeyOf<KindAsked<Q>>,
    args: ArgumentsOf<Q>,
    minPosition: string,
    context: CallContext,
  ): Promise<Told<Q>> {
    const options = { minPosition, mayBeStale: true, remainingMs: () => context.remainingMs() };
    return this.calls.ask(question, context.caller.namespace, key, args, options);
  }

  /** The answer of a question that something is decided on: only the owner gives it. */
  async look<Q extends QuestionName>(
    question: Q,
    key: KeyOf<KindAsked<Q>>,
    args: ArgumentsOf<Q>,
    context: CallContext,
    minPosition = '',
  ): Promise<AnswerOf<Q>> {
    const options = { minPosition, remainingMs: () => context.remainingMs() };
    return (await this.calls.ask(question, context.caller.namespace, key, args, options)).answer;
  }

  /**
   * That the caller may do something with a pool: by role, or as the party that owns it (capacity §6.2). Who has the role is not made to wait.
   * @throws Refusal `ROLE_MISSING`, `POOL_NOT_FOUND`
   */
  async requireOnPool(right: Right, poolId: number, context: CallContext): Promise<void> {
    const { caller } = context;
    if (hasRight(caller, right)) return;
    requireParty(caller, right);
    const { owner } = await this.look('pool/get', poolId, {}, context);
    requireRightOrParty(caller, right, owner);
  }

  /**
   * The same for a pool and a peer of it. Only an operator can say that the owners have agreed where they are not one.
   * @throws Refusal `ROLE_MISSING`, `POOL_NOT_FOUND`
   */
  requireOnPools(right: Right, poolId: number, isConsented: boolean, context: CallContext): Promise<void> {
    if (isConsented) requireRight(context.caller, 'manage');
    return this.requireOnPool(right, poolId, context);
  }
}
