import { isRefusal, Refusal } from '@drawdown/errors';
import {
  checkWorkloadRequest,
  HOLD_SECONDS,
  NOTHING,
  planMove,
  type AcceptedWorkload,
  type HeldWorkload,
  type Seconds,
} from '../../domain/index.js';
import type { CallLimits, CapacityCalls, Told } from '../calls.js';
import type { KeyOf } from '../aggregates/kinds.js';
import type { Standing } from '../questions/get-standings.js';
import type { AnswerOf, ArgumentsOf, KindAsked, QuestionName } from '../questions/questions.js';
import { stepOf, type Instruction, type Recorded } from './instruction.js';
import type { AdmissionWanted, Admitted, MoveWanted, WorkloadFlows } from './ports.js';

/** Workloads are numbered by themselves (capacity §5.3). */
const NUMBERS = 'capacity-workloads';

/** A request that passed every check but that for room. */
interface Accepted {
  readonly wanted: AdmissionWanted;
  readonly workload: AcceptedWorkload;
  readonly workloadId: number;
}

/** Workloads from their request to their room in a pool, or in several (capacity §7, §10.3, §15.3). */
export class Admissions implements WorkloadFlows {
  constructor(
    private readonly calls: CapacityCalls,
    private readonly nowSeconds: () => Seconds,
  ) {}

  async admit(
    namespace: string,
    wanted: readonly AdmissionWanted[],
    instruction: Instruction,
    limits: CallLimits,
  ): Promise<Recorded<readonly Admitted[]>> {
    const accepted = await this.#accept(namespace, wanted, instruction, limits);
    const standings = await this.#standingsOf(namespace, accepted, limits);
    const held = await this.#holdAll(namespace, accepted, instruction, limits);
    const after = await this.#standingsOf(namespace, accepted, limits, held);
    return { value: accepted.map(each => admittedOf(each, standings.get(each), after.get(each))), position: held };
  }

  async replace(
    namespace: string,
    replacedId: number,
    wanted: AdmissionWanted,
    instruction: Instruction,
    limits: CallLimits,
  ): Promise<Recorded<Admitted>> {
    const [accepted] = await this.#accept(namespace, [wanted], instruction, limits);
    if (accepted === undefined) throw new Error('a request was lost');
    const { poolId } = wanted.request;
    const before = await this.#standing(namespace, poolId, replacedId, limits);
    const standing = await this.#standingsOf(namespace, [accepted], limits);
    if (before.recorded === undefined && standing.get(accepted)?.recorded === undefined) {
      throw new Refusal('WORKLOAD_NOT_FOUND', `workload ${replacedId} is not in pool ${poolId}`);
    }
    const command = { type: 'replace', replacedId, ...heldOf(accepted), until: this.#until(wanted, instruction) } as const;
    const { position } = await this.calls.execute('pool', namespace, poolId, { ...instruction, command }, limits);
    const after = await this.#standingsOf(namespace, [accepted], limits, position);
    return { value: admittedOf(accepted, standing.get(accepted), after.get(accepted)), position };
  }

  /** Room in the target, release in the source, activation in the target; a repeat finds what was done and goes on from there. */
  async move(
    namespace: string,
    { workloadId, from, to, nodeId }: MoveWanted,
    instruction: Instruction,
    limits: CallLimits,
  ): Promise<Recorded<{ readonly isChanged: boolean }>> {
    const source = await this.#standing(namespace, from, workloadId, limits);
    const target = await this.#standing(namespace, to, workloadId, limits);
    const workload = source.recorded ?? target.recorded;
    if (workload === undefined) throw new Refusal('WORKLOAD_NOT_FOUND', `workload ${workloadId} is not in pool ${from}`);
    const { steps, undo } = planMove({
      moveId: instruction.id,
      from,
      to,
      workloadId,
      rates: workload.rates,
      formulaVersion: workload.formulaVersion,
      nodeId: await this.#nodeIn(namespace, to, nodeId ?? workload.nodeId, limits),
      holdUntil: this.#at(instruction) + HOLD_SECONDS,
      at: this.#at(instruction),
    });
    const positions: string[] = [];
    let isChanged = false;
    for (const step of steps) {
      try {
        const { position, events } = await this.#take(namespace, step, instruction, limits);
        positions.push(position);
        isChanged ||= events.length > 0;
      } catch (error) {
        if (isRefusal(error)) await this.#take(namespace, undo, instruction, limits);
        throw error;
      }
    }
    return { value: { isChanged }, position: this.calls.merged(...positions) };
  }

  /** Every request is looked at before anything is held, and the first that fails answers. */
  async #accept(
    namespace: string,
    wanted: readonly AdmissionWanted[],
    instruction: Instruction,
    limits: CallLimits,
  ): Promise<readonly Accepted[]> {
    const accepted: Accepted[] = [];
    for (const [item, each] of wanted.entries()) {
      const { request, caller } = each;
      const [customer, pool, node] = await Promise.all([
        this.#find('party/get', namespace, request.customerTid, {}, limits),
        request.poolId === 0 ? undefined : this.#find('pool/get', namespace, request.poolId, {}, limits),
        request.nodeId === '' ? undefined : this.#find('node/get', namespace, request.nodeId, {}, limits),
      ]);
      const workload = withItem(item, () => checkWorkloadRequest(request, { caller, customer, pool, node }));
      const workloadId = request.workloadId === 0 ? await this.#takeNumber(namespace, item, instruction, limits) : request.workloadId;
      accepted.push({ wanted: each, workload, workloadId });
    }
    return accepted;
  }

  /** Pools in the order of their numbers; when one refuses, those before it give their room back. */
  async #holdAll(namespace: string, accepted: readonly Accepted[], instruction: Instruction, limits: CallLimits): Promise<string> {
    const positions: string[] = [];
    const held: Accepted[] = [];
    for (const poolId of poolsOf(accepted)) {
      const here = accepted.filter(({ wanted }) => wanted.request.poolId === poolId);
      const until = Math.min(...here.map(({ wanted }) => this.#until(wanted, instruction)));
      const command = { type: 'hold-all', workloads: here.map(heldOf), until } as const;
      try {
        const given = { ...stepOf(instruction, `${instruction.id}:${poolId}`), command };
        positions.push((await this.calls.execute('pool', namespace, poolId, given, limits)).position);
        held.push(...here);
      } catch (error) {
        if (isRefusal(error)) await this.#giveBack(namespace, held, instruction, limits);
        throw error;
      }
    }
    return this.calls.merged(...positions);
  }

  async #giveBack(namespace: string, held: readonly Accepted[], instruction: Instruction, limits: CallLimits): Promise<void> {
    for (const { workloadId, wanted } of held) {
      const command = { type: 'release', workloadId, cause: 'cancelled' } as const;
      const given = { ...stepOf(instruction, `${instruction.id}:undo:${workloadId}`), command };
      await this.calls.execute('pool', namespace, wanted.request.poolId, given, limits);
    }
  }

  async #take(
    namespace: string,
    { id, poolId, command: { at, ...command } }: ReturnType<typeof planMove>['undo'],
    instruction: Instruction,
    limits: CallLimits,
  ): ReturnType<CapacityCalls['execute']> {
    return this.calls.execute('pool', namespace, poolId, { ...stepOf(instruction, id), when: { atLeast: at }, command }, limits);
  }

  async #nodeIn(namespace: string, poolId: number, wanted: string | undefined, limits: CallLimits): Promise<string> {
    const { nodeIds } = (await this.#ask('pool/get', namespace, poolId, {}, limits)).answer;
    if (wanted !== undefined && nodeIds.includes(wanted)) return wanted;
    throw new Refusal('WORKLOAD_FORBIDDEN', 'the node is not the pool’s', { cause: 'NODE' });
  }

  async #takeNumber(namespace: string, item: number, instruction: Instruction, limits: CallLimits): Promise<number> {
    const given = { ...stepOf(instruction, `${namespace}:${instruction.id}:${item}`), when: 'now', command: { type: 'take' } } as const;
    const [taken] = (await this.calls.execute('counter', namespace, NUMBERS, given, limits)).events;
    if (taken === undefined) throw new Error('a counter gave out nothing');
    return taken.number;
  }

  async #standingsOf(
    namespace: string,
    accepted: readonly Accepted[],
    limits: CallLimits,
    minPosition = '',
  ): Promise<ReadonlyMap<Accepted, Standing>> {
    const standings = new Map<Accepted, Standing>();
    for (const poolId of poolsOf(accepted)) {
      const here = accepted.filter(({ wanted }) => wanted.request.poolId === poolId);
      const workloads = here.map(({ workloadId, workload }) => ({ workloadId, rates: workload.rates }));
      const { answer } = await this.#ask('pool/standings', namespace, poolId, { workloads }, limits, minPosition);
      for (const [index, each] of here.entries()) {
        const standing = answer[index];
        if (standing !== undefined) standings.set(each, standing);
      }
    }
    return standings;
  }

  async #standing(namespace: string, poolId: number, workloadId: number, limits: CallLimits): Promise<Standing> {
    const { answer } = await this.#ask('pool/standings', namespace, poolId, { workloads: [{ workloadId, rates: NOTHING }] }, limits);
    const [standing] = answer;
    if (standing === undefined) throw new Error('a standing was lost');
    return standing;
  }

  #until({ holdSeconds }: AdmissionWanted, instruction: Instruction): Seconds {
    return this.#at(instruction) + holdSeconds;
  }

  #at({ when }: Instruction): Seconds {
    if (when === 'now') return this.nowSeconds();
    return 'given' in when ? when.given : when.atLeast;
  }

  /** Absent: it does not exist, or belongs to another namespace. */
  async #find<Q extends QuestionName>(
    question: Q,
    namespace: string,
    key: KeyOf<KindAsked<Q>>,
    args: ArgumentsOf<Q>,
    limits: CallLimits,
  ): Promise<AnswerOf<Q> | undefined> {
    try {
      return (await this.#ask(question, namespace, key, args, limits)).answer;
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }

  #ask<Q extends QuestionName>(
    question: Q,
    namespace: string,
    key: KeyOf<KindAsked<Q>>,
    args: ArgumentsOf<Q>,
    limits: CallLimits,
    minPosition = '',
  ): Promise<Told<Q>> {
    return this.calls.ask(question, namespace, key, args, { minPosition, remainingMs: () => limits.remainingMs() });
  }
}

const poolsOf = (accepted: readonly Accepted[]): readonly number[] =>
  [...new Set(accepted.map(({ wanted }) => wanted.request.poolId))].sort((left, right) => left - right);

const heldOf = ({ wanted, workload, workloadId }: Accepted): HeldWorkload => ({
  workloadId,
  rates: workload.rates,
  formulaVersion: workload.formulaVersion,
  ...wanted.period,
});

const admittedOf = ({ wanted, workload, workloadId }: Accepted, before: Standing | undefined, after: Standing | undefined): Admitted => ({
  workloadId,
  poolId: wanted.request.poolId,
  rates: after?.recorded?.rates ?? workload.rates,
  formulaVersion: after?.recorded?.formulaVersion ?? workload.formulaVersion,
  until: after?.heldUntil,
  isAlreadyMember: before?.recorded !== undefined,
  ratesDiffer: before?.membership === 'other-rates',
});

/** A refusal of one request of several says of which. */
const withItem = <T>(item: number, check: () => T): T => {
  try {
    return check();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new Refusal(error.reason, error.message, { ...error.metadata, item: String(item) }, error.violations, { cause: error });
  }
};
