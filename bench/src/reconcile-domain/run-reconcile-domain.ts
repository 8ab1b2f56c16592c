import assert from 'node:assert/strict';
import { loadavg } from 'node:os';
import {
  decide,
  dueTime,
  DeadlineQueue,
  evolve,
  informedObject,
  type Resource,
  type ResourceCommand,
  type ResourceRecord,
} from '@drawdown/reconciliation/domain';
import { measure, type Timing } from '../measure.js';

/** Resources of the baseline's larger workloads. */
const RESOURCES = 10_000;

const T = Date.UTC(2026, 2, 1);

/** Inform to synced, on one core and in memory (reconciliation §18). */
const BUDGET_PER_SECOND = 20_000;

/** Records in memory in the place of the log, and the owner's queue of due times. */
class Memory {
  readonly records = new Map<string, ResourceRecord>();
  readonly due = new DeadlineQueue();
  #version = 0;

  give(key: string, command: ResourceCommand): void {
    const state: Resource = this.records.get(key);
    const { event } = decide(command, state);
    if (event === undefined) return;
    this.#version += 1;
    const after = evolve(state, event, this.#version);
    if (after === undefined) throw new Error(`${key} was removed`);
    this.records.set(key, after);
    const dueAt = dueTime(after, true);
    if (dueAt === undefined) this.due.remove(key);
    else this.due.replace(key, dueAt);
  }
}

const RULES = {};

const informAll = (memory: Memory): void => {
  for (let index = 0; index < RESOURCES; index += 1) {
    const objectId = `object-${index}`;
    const informed = informedObject({ kind: 'thing', objectId, object: { Id: objectId, Name: `name of ${index}`, Size: index } });
    memory.give(objectId, { type: 'inform', now: T, informed, newId: objectId, rules: RULES, onlyIfChanged: false });
  }
};

const workAll = (memory: Memory): void => {
  for (let key = memory.due.pop(T); key !== undefined; key = memory.due.pop(T)) {
    memory.give(key, { type: 'claim', now: T, owner: 'a' });
    const token = memory.records.get(key)?.lease?.token ?? 0;
    memory.give(key, { type: 'complete', now: T, token, outcome: { type: 'success' }, rules: RULES });
  }
};

const assertSynced = (memory: Memory): void => {
  assert.equal(memory.records.size, RESOURCES);
  for (const { state, attempt } of memory.records.values()) assert.deepEqual([state, attempt], ['synced', 1]);
};

const informs = (): Timing => measure(() => informAll(new Memory()));

const informsOfKnown = (): Timing => {
  const memory = new Memory();
  informAll(memory);
  return measure(() => informAll(memory));
};

const informToSynced = (): Timing => {
  const once = new Memory();
  informAll(once);
  workAll(once);
  assertSynced(once);
  return measure(() => {
    const memory = new Memory();
    informAll(memory);
    workAll(memory);
  });
};

const perSecond = (ms: number): string => `${((RESOURCES / ms) * 1_000).toFixed(0)}/s`;

const describe = (name: string, { medianMs, bestMs }: Timing): string =>
  name.padEnd(44) + perSecond(medianMs).padStart(14) + perSecond(bestMs).padStart(14);

/**
 * What deciding costs, without a log, a queue or a store: the share of the domain in a reconcile. The reference's figures are of PostgreSQL
 * with durable writes, so they do not stand beside these.
 */
export const runReconcileDomain = (): void => {
  const print = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  print(`reconcile-domain · ${RESOURCES} resources · node ${process.version} · load ${loadavg()[0]?.toFixed(1) ?? '?'}`);
  print('decided and folded in memory'.padEnd(44) + 'median'.padStart(14) + 'best'.padStart(14));
  print(describe('informs of new objects', informs()));
  print(describe('informs of known objects', informsOfKnown()));
  const synced = informToSynced();
  print(describe('inform, claim, complete', synced));
  print(`budget of the core: ${BUDGET_PER_SECOND}/s, ${(RESOURCES / synced.medianMs) * 1_000 >= BUDGET_PER_SECOND ? 'kept' : 'missed'}`);
};
