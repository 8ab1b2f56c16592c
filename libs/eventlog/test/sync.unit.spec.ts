import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { verifySyncAlways } from '@drawdown/eventlog';

/** Monitoring addresses that answer what servers 2.15.2 do, for the settings that matter here. */
describe('sync of every write', () => {
  const servers: Server[] = [];
  afterAll(async () => Promise.all(servers.map(async server => once(server.close(), 'close'))));

  const monitoring = async (status: number, body: unknown): Promise<string> => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/jsz' ? status : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  it('is met when all servers say so', async () => {
    const always = await monitoring(200, { config: { sync_interval: 120_000_000_000, sync_always: true } });
    await expect(verifySyncAlways([always, always])).resolves.toBeUndefined();
  });

  it('is not met when one of them does not', async () => {
    const always = await monitoring(200, { config: { sync_interval: 120_000_000_000, sync_always: true } });
    const seldom = await monitoring(200, { config: { sync_interval: 120_000_000_000 } });
    const silent = await monitoring(200, {});
    await expect(verifySyncAlways([always, seldom])).rejects.toMatchObject({
      reason: 'SYNC_NOT_ALWAYS',
      metadata: { url: seldom, declared: 'always', found: 'every 120 s' },
    });
    await expect(verifySyncAlways([silent])).rejects.toMatchObject({ reason: 'SYNC_NOT_ALWAYS', metadata: { found: 'unknown' } });
    await expect(verifySyncAlways([])).rejects.toMatchObject({ reason: 'SYNC_NOT_ALWAYS' });
  });

  it('cannot be told where nobody answers', async () => {
    await expect(verifySyncAlways([await monitoring(500, {})])).rejects.toMatchObject({ reason: 'MONITORING_UNAVAILABLE' });
    await expect(verifySyncAlways(['http://127.0.0.1:1'])).rejects.toMatchObject({ reason: 'MONITORING_UNAVAILABLE' });
  });
});
