import type { Redis } from 'ioredis';

const DUE = 'bench:due';
const MEMBERS_PER_ADD = 1_000;

/** As many of a sorted set by time of expiry, as a service would keep them that has no wheel. */
export const fillPoller = async (redis: Redis, members: number, dueAtOf: (member: number) => number): Promise<void> => {
  for (let at = 0; at < members; at += MEMBERS_PER_ADD) {
    const scored: (string | number)[] = [];
    for (let member = at; member < Math.min(members, at + MEMBERS_PER_ADD); member += 1) scored.push(dueAtOf(member), sessionOf(member));
    await redis.zadd(DUE, ...scored);
    const pipeline = redis.pipeline();
    for (let index = 1; index < scored.length; index += 2) pipeline.hset(`bench:open:${String(scored[index])}`, 'v', 'x');
    await pipeline.exec();
  }
};

const sessionOf = (member: number): string => `session-${String(member).padStart(14, '0')}`;

/** Takes what is due in portions, and moves each aside with a rename: what a poller must do at least. Two pollers at once would take the same. */
export const poll = async (redis: Redis, untilMs: number, portion: number, callMs: number[]): Promise<number> => {
  let taken = 0;
  for (;;) {
    const startedMs = performance.now();
    const due = await redis.zrangebyscore(DUE, '-inf', untilMs, 'LIMIT', 0, portion);
    if (due.length === 0) return taken;
    const pipeline = redis.pipeline();
    for (const session of due) pipeline.rename(`bench:open:${session}`, `bench:closing:${session}`);
    pipeline.zrem(DUE, ...due);
    await pipeline.exec();
    callMs.push(performance.now() - startedMs);
    taken += due.length;
  }
};
