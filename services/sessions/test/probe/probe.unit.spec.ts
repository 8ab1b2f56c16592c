import { Probe, PROBE_LOST_AFTER_MS, type ProbeOptions } from '../../src/application/probe/probe.js';
import type { ProbeDelays, ReadableProbe } from '../../src/application/probe/ports.js';

const PERIOD_MS = 30_000;
const LEAST_MS = 2_000;
const START_MS = 1_700_000_000_000;

/** A probe of partition 31 on a clock that stands still, and everything it did. */
const world = (given: Partial<ProbeOptions> = {}) => {
  const state = {
    nowMs: START_MS,
    sent: [] as { readonly source: number; readonly id: string; readonly sentAtMs: number }[],
    looked: 0,
    readable: undefined as ReadableProbe | undefined,
    through: [] as ProbeDelays[],
    lost: 0,
    forgotten: 0,
  };
  const probe = new Probe({
    partition: 31,
    partitions: 64,
    periodMs: PERIOD_MS,
    leastMs: LEAST_MS,
    newId: () => `p${String(state.sent.length)}`,
    nowMs: () => state.nowMs,
    log: {
      send: (source, id, sentAtMs) => Promise.resolve(void state.sent.push({ source, id, sentAtMs })),
      forgetOlder: () => Promise.resolve(void (state.forgotten += 1)),
    },
    reads: {
      latest: () => {
        state.looked += 1;
        return Promise.resolve(state.readable);
      },
    },
    observer: { onThrough: delays => void state.through.push(delays), onLost: () => void (state.lost += 1) },
    ...given,
  });
  const at = async (ms: number): Promise<void> => {
    state.nowMs = START_MS + ms;
    await probe.turn();
  };
  return { state, probe, at };
};

const SHARE_MS = PERIOD_MS / 2;
const readable = (id: string, closedAtMs: number): ReadableProbe => ({ sessionId: id, startedAtMs: START_MS, closedAtMs });

describe('a probe', () => {
  it('begins after the share of the period that belongs to its partition', async () => {
    const { state, at } = world();
    await at(SHARE_MS - 1);
    expect(state.sent).toEqual([]);
    await at(SHARE_MS);
    expect(state.sent).toEqual([{ source: 31, id: 'p0', sentAtMs: START_MS + SHARE_MS }]);
  });

  it('measures from its sending to the publication and to the first look that finds it', async () => {
    const { state, probe, at } = world();
    await at(SHARE_MS);
    await at(SHARE_MS + LEAST_MS - 1);
    expect(state.looked).toBe(0);
    await at(SHARE_MS + LEAST_MS);
    expect(probe.status).toEqual({ lost: 0, waitingSinceMs: START_MS + SHARE_MS });
    state.readable = readable('p0', START_MS + SHARE_MS + 2_300);
    await at(SHARE_MS + 2_500);
    expect(probe.status).toEqual({ lost: 0, last: { sentAtMs: START_MS + SHARE_MS, closedMs: 2_300, readableMs: 2_500 } });
    expect(state.through).toEqual([{ closedMs: 2_300, readableMs: 2_500 }]);
    expect(state.forgotten).toBe(1);
  });

  it('has one on its way at a time, and takes no other session for its own', async () => {
    const { state, at } = world();
    await at(SHARE_MS);
    state.readable = readable('of the owner before', START_MS);
    await at(SHARE_MS + 4 * PERIOD_MS);
    expect(state.sent).toHaveLength(1);
    expect(state.through).toEqual([]);
    state.readable = readable('p0', START_MS + SHARE_MS);
    await at(SHARE_MS + 4 * PERIOD_MS + 1);
    await at(SHARE_MS + 4 * PERIOD_MS + 2);
    expect(state.sent.map(({ id }) => id)).toEqual(['p0', 'p1']);
  });

  it('gives up what never comes, and goes on with the next', async () => {
    const { state, probe, at } = world();
    await at(SHARE_MS);
    await at(SHARE_MS + PROBE_LOST_AFTER_MS);
    expect(state.lost).toBe(0);
    await at(SHARE_MS + PROBE_LOST_AFTER_MS + 1);
    expect(state.lost).toBe(1);
    expect(probe.status).toEqual({ lost: 1 });
    await at(SHARE_MS + PROBE_LOST_AFTER_MS + 2);
    expect(state.sent).toHaveLength(2);
  });

  it('is looked for where nobody knows whether the log took it', async () => {
    const { state, probe, at } = world({
      log: { send: () => Promise.reject(new Error('no answer')), forgetOlder: () => Promise.resolve() },
    });
    await expect(at(SHARE_MS)).rejects.toThrow('no answer');
    expect(probe.status.waitingSinceMs).toBe(START_MS + SHARE_MS);
    state.readable = readable('p0', START_MS + SHARE_MS + 2_000);
    await at(SHARE_MS + 2_100);
    expect(state.through).toHaveLength(1);
  });
});
