import { isRefusal } from '@drawdown/errors';
import { planSplit, type MoveStep, type Seconds } from '../../domain/index.js';
import type { CallLimits, CapacityCalls } from '../calls.js';
import { stepOf, type Instruction, type Recorded } from './instruction.js';
import type { PoolFlows } from './ports.js';
import { POOL_NUMBERS } from './purchases.js';

const MS_PER_SECOND = 1_000;

/** Pools that give a part of themselves to new ones (capacity §15.9). */
export class Splits implements PoolFlows {
  constructor(
    private readonly calls: CapacityCalls,
    private readonly nowMs: () => number,
  ) {}

  async split(
    namespace: string,
    { poolId, ...wanted }: Parameters<PoolFlows['split']>[1],
    instruction: Instruction,
    limits: CallLimits,
  ): Promise<Recorded<{ readonly newPoolId: number; readonly transferId: string }>> {
    const { calls } = this;
    const pool = await calls.ask('pool/get', namespace, poolId, {}, { minPosition: '', remainingMs: () => limits.remainingMs() });
    const number = { ...stepOf(instruction, `${namespace}:${instruction.id}`), when: 'now', command: { type: 'take' } } as const;
    const [taken] = (await calls.execute('counter', namespace, POOL_NUMBERS, number, limits)).events;
    if (taken === undefined) throw new Error('a counter gave out nothing');
    const newPoolId = taken.number;
    const { steps, undo } = planSplit(
      { ...pool.answer, namespace },
      { ...wanted, splitId: instruction.id, to: newPoolId, at: this.#at(instruction) },
    );
    const positions: string[] = [];
    try {
      for (const step of steps) positions.push(await this.#take(namespace, step, instruction, limits));
    } catch (error) {
      if (isRefusal(error)) await this.#take(namespace, undo, instruction, limits);
      throw error;
    }
    return { value: { newPoolId, transferId: instruction.id }, position: calls.merged(...positions) };
  }

  async #take(
    namespace: string,
    { id, poolId, command: { at, ...command } }: MoveStep,
    instruction: Instruction,
    limits: CallLimits,
  ): Promise<string> {
    const given = { ...stepOf(instruction, id), when: { atLeast: at }, command };
    return (await this.calls.execute('pool', namespace, poolId, given, limits)).position;
  }

  #at({ when }: Instruction): Seconds {
    if (when === 'now') return Math.floor(this.nowMs() / MS_PER_SECOND);
    return 'given' in when ? when.given : when.atLeast;
  }
}
