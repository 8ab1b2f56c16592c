import type { InstantMs } from '@drawdown/calendar';
import type { Grant } from '../grants/grant.js';
import { newHistory, type History } from '../history/history.js';
import type { Segment } from '../history/segment.js';
import type { UsageSums } from '../metering/usage-sums.js';
import { burnOrderOf } from './burn-order.js';
import { checkRun } from './checks.js';
import { advance, finish, openMachine, type EngineReset, type Machine, type ResetQueue } from './machine.js';
import { recordInto } from './record.js';
import type { Snapshot } from './snapshot.js';
import { snapshotOf } from './state.js';

/** What a run follows from; the same input always gives the same output, whatever the order of grants (entitlements §6). */
export interface RunInput {
  readonly grants: readonly Grant[];
  /** Has a balance for each grant and for nothing else: see `initialSnapshot` and `withGrants`. */
  readonly start: Snapshot;
  readonly until: InstantMs;
  /** In any order, all in `(start.at, until]`; of two at one instant the last in the list counts (§18 Q4). */
  readonly resets?: readonly EngineReset[];
  readonly usage: UsageSums;
}

const listedResets = (resets: readonly EngineReset[]): ResetQueue => {
  const byInstant = new Map(resets.map(reset => [reset.at, reset]));
  const ascending = [...byInstant.values()].sort((left, right) => left.at - right.at);
  let index = 0;
  return {
    get next() {
      return ascending[index];
    },
    take() {
      index += 1;
    },
  };
};

const open = ({ grants, start, until, resets = [] }: RunInput, marksUntil?: InstantMs): Machine => {
  const relevant = checkRun(grants, start, until, resets);
  return openMachine(burnOrderOf(relevant), start, listedResets(resets), marksUntil);
};

/**
 * State at the end of a run: after everything that happens at `until`.
 * @throws Refusal `VALIDATION` for input that does not fit together (§6.1).
 */
export const run = (input: RunInput): Snapshot => {
  const machine = open(input);
  advance(machine, input.usage, input.until);
  return snapshotOf(machine.state, input.until);
};

/** The same with the segments in between; costs O(G) for each of them. */
export const runWithHistory = (input: RunInput): { readonly end: Snapshot; readonly history: History } => {
  const machine = open(input, input.until);
  const segments: Segment[] = [];
  const record = recordInto(segments);
  advance(machine, input.usage, input.until, input.until, record);
  finish(machine, input.until, record);
  return { end: snapshotOf(machine.state, input.until), history: newHistory(input.start, segments) };
};
