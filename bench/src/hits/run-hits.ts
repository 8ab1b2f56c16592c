import { onLaunch } from '../bed/bed.js';
import { measureBeginCloses } from './begin-closes.js';
import { measureIngestAlone } from './ingest-alone.js';
import { startOwnRedis, withoutForeignRedis } from './own-redis.js';
import { measureThroughService } from './through-service.js';

/** `npm run bench -- hits` (sessions §12.6): the store alone, then the service with everything around it. */
export const runHits = async (): Promise<void> => {
  await onLaunch(withoutForeignRedis(process.env), async launch => {
    const own = await startOwnRedis(launch);
    await measureBeginCloses(own, launch.say);
    await measureIngestAlone(own, launch.say);
  });
  await measureThroughService();
};
