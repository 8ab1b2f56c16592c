import { Refusal } from '@drawdown/errors';
import type { EdgeParts } from '../../src/adapters/grpc/capacity.module.js';

/** Says that a call came through the edge: everything that the edge has to say against it, it has said. */
const PASSED = 'PASSED_THE_EDGE';

const passed = (): Promise<never> => Promise.reject(new Refusal(PASSED, 'the edge has let the call through'));

async function* passedStream(): AsyncGenerator<never> {
  yield await passed();
}

/** What lies behind the edge where a test asks for the edge only: nothing. */
export const nothingBehind: Omit<EdgeParts, 'calls' | 'nowSeconds'> = {
  queries: {
    reached: passed,
    pools: passedStream,
    poolsOfOwner: passed,
    expiredBy: passed,
    nextAfter: passed,
    stays: passed,
    staysOnNode: passed,
    segments: passed,
    reservations: passed,
    parties: passed,
    nodes: passed,
    farms: passed,
    poolsOnNode: passedStream,
    overdue: passed,
  },
  reservations: { create: passed, pay: passed },
  pools: { split: passed },
  workloads: { admit: passed, replace: passed, move: passed },
  operations: {
    partitions: passed,
    overdue: passed,
    checkDue: passed,
    audit: passed,
    repair: passed,
    rebuild: passedStream,
    deadLetters: passed,
    replay: passed,
    setAside: passed,
    takeBack: passed,
  },
};
