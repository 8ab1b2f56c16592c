import type { Amounts } from '../amount/per-dimension.js';
import { plusEach } from '../amount/per-dimension.js';
import { amountsFor } from '../pool/admission/reserved.js';
import { drainOf } from '../pool/member/drain.js';
import type { Pool } from '../pool/state.js';

/** Milliunit-seconds used, forgiven use included, by workload id or by tag. */
export type Usage<Key> = ReadonlyMap<Key, Amounts>;

const withMore = <Key>(usage: Map<Key, Amounts>, key: Key, amounts: Amounts): void => {
  const before = usage.get(key);
  usage.set(key, before === undefined ? amounts : plusEach(before, amounts));
};

/**
 * Usage with what members used between two states of a pool that follow each other, from folding one event. Folding a pool's history so gives
 * what each workload used in all, exactly; the sum is what the pool drained and what was forgiven (capacity §15.11).
 */
export const withUsageOf = (usage: Usage<number>, before: Pool, after: Pool): Usage<number> => {
  const seconds = after.asOf - before.asOf;
  if (seconds === 0 || before.isPaused) return usage;
  const next = new Map(usage);
  for (const [workloadId, member] of before.members.unordered()) withMore(next, workloadId, amountsFor(drainOf(member), seconds));
  return next;
};

/** The same by tag: a workload counts to each of its tags. */
export const usageByTag = (usage: Usage<number>, tagsOf: (workloadId: number) => readonly string[]): Usage<string> => {
  const byTag = new Map<string, Amounts>();
  for (const [workloadId, amounts] of usage) for (const tag of tagsOf(workloadId)) withMore(byTag, tag, amounts);
  return byTag;
};
