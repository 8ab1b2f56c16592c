import { RedisSessionStore } from '@drawdown/sessions';
import { onLaunch } from '../bed/bed.js';
import { startOwnRedis, withoutForeignRedis } from '../hits/own-redis.js';
import { CATCH_UP, DUE_TOGETHER, measureExpiry } from './expiring.js';

/** `npm run bench -- expiry` (sessions §12.6): how fast a wheel passes over what is due, beside a poller on the same server. */
export const runExpiry = (): Promise<void> =>
  onLaunch(withoutForeignRedis(process.env), async launch => {
    const own = await startOwnRedis(launch);
    const store = await RedisSessionStore.open(own.redis, { durability: { kind: 'aof' } });
    for (const outlook of [DUE_TOGETHER, CATCH_UP]) launch.say(await measureExpiry(own, store, outlook));
  });
