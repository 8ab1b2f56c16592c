import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Launch } from '@drawdown/local';
import type { WatchedProcess } from '../bed/cpu-time.js';

export const ECHO_PATH = '/bench.Echo/Echo';

export interface Echo {
  readonly address: string;
  readonly process: WatchedProcess;
}

/** A bare grpc-js server in a process of its own that answers these bytes to everything. */
export const startEcho = async (launch: Launch, answer: Uint8Array): Promise<Echo> => {
  const file = fileURLToPath(new URL('./echo-server.js', import.meta.url));
  const server = fork(file, [Buffer.from(answer).toString('base64')]);
  launch.atEnd('echo', async () => {
    // It leaves by itself when nobody speaks to it any more.
    if (server.connected) server.disconnect();
    if (server.exitCode === null) await once(server, 'exit');
  });
  const [{ port }] = (await once(server, 'message')) as [{ readonly port: number }];
  return { address: `127.0.0.1:${String(port)}`, process: { name: 'echo', pid: server.pid } };
};
