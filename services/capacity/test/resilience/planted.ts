import { JetStreamEventLog, streamTable } from '@drawdown/eventlog';
import type { TestDeployment } from '@drawdown/testing';
import { registries } from '../../src/adapters/wire/registries.js';
import { decidePool, evolvePool, NO_POOL, type Pool, type PoolCommand } from '../../src/domain/index.js';

const MS_PER_SECOND = 1_000;
const APPENDS_AT_ONCE = 64;

/** What happened to a pool before any replica of the test lived. */
export interface Past {
  readonly poolId: number;
  readonly commands: readonly PoolCommand[];
}

/** The pool as its past left it. */
export const poolOf = ({ commands }: Past): Pool => {
  let pool: Pool | undefined = NO_POOL;
  for (const command of commands) for (const event of decidePool(command, pool)) pool = evolvePool(pool, event);
  if (pool === undefined) throw new Error('nothing opens the pool');
  return pool;
};

/** Writes the past of pools into the log, each as one message, as the owner of their partition would have. */
export const plant = async ({ nats, prefix, subjects }: TestDeployment, pasts: readonly Past[]): Promise<void> => {
  const log = await JetStreamEventLog.open(nats, streamTable(prefix).capacity, registries.pool);
  const append = async ({ poolId, commands }: Past): Promise<void> => {
    let pool: Pool | undefined = NO_POOL;
    const decisions = commands.map((command, ordinal) => {
      const events = decidePool(command, pool);
      for (const event of events) pool = evolvePool(pool, event);
      return { commandId: `past-${ordinal}`, bodyHash: 'past', decidedAtMs: command.at * MS_PER_SECOND, events };
    });
    const { kind } = await log.append(subjects.capacity('pool', String(poolId)), 0, decisions);
    if (kind !== 'appended') throw new Error(`pool ${poolId} has a past already`);
  };
  for (let at = 0; at < pasts.length; at += APPENDS_AT_ONCE) await Promise.all(pasts.slice(at, at + APPENDS_AT_ONCE).map(append));
};

/** Numbers of pools that lie in one partition, from a first number on. */
export const numbersIn = ({ subjects }: TestDeployment, partition: number, count: number, from: number): readonly number[] => {
  const numbers: number[] = [];
  for (let number = from; numbers.length < count; number += 1) {
    if (subjects.parse(subjects.capacity('pool', String(number)))?.partition === partition) numbers.push(number);
  }
  return numbers;
};
