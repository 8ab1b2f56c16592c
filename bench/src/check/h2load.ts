import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Fault } from '@drawdown/errors';

const run = promisify(execFile);

export interface Load {
  /** `host:port` of a gRPC server without encryption. */
  readonly address: string;
  /** `/package.Service/Method` */
  readonly path: string;
  /** A file with the one framed message that every call sends. */
  readonly bodyFile: string;
  readonly token: string;
  readonly calls: number;
  readonly connections: number;
  readonly callsPerConnection: number;
}

export interface LoadResult {
  readonly callsPerSecond: number;
  /** Of all answers, without headers. */
  readonly answerBytes: number;
}

/** @throws Fault `H2LOAD_MISSING` with what to do about it */
export const requireH2load = async (): Promise<string> => {
  try {
    return (await run('h2load', ['--version'])).stdout.trim();
  } catch (error) {
    const help = 'install it (Debian and Ubuntu: apt-get install nghttp2-client; macOS: brew install nghttp2) and try again';
    throw new Fault('H2LOAD_MISSING', `h2load, which makes the load, cannot be run: ${help}`, {}, { cause: error });
  }
};

/** Calls as fast as the answers come. @throws Fault `LOAD_FAILED` when a call was not answered */
export const load = async (options: Load): Promise<LoadResult> => {
  // Every call has a deadline, as those of real clients do (design §3.15).
  const headers = ['content-type: application/grpc', 'te: trailers', 'grpc-timeout: 5S', `authorization: Bearer ${options.token}`];
  const { stdout } = await run('h2load', [
    ...['-n', String(options.calls), '-c', String(options.connections), '-m', String(options.callsPerConnection)],
    ...['-d', options.bodyFile],
    ...headers.flatMap(header => ['-H', header]),
    `http://${options.address}${options.path}`,
  ]);
  const rate = /finished in [^,]+, ([\d.]+) req\/s/.exec(stdout)?.[1];
  const succeeded = /(\d+) succeeded/.exec(stdout)?.[1];
  const data = /\((\d+)\) data/.exec(stdout)?.[1];
  if (rate === undefined || data === undefined || Number(succeeded) !== options.calls) {
    throw new Fault('LOAD_FAILED', `not every call was answered:\n${stdout}`);
  }
  return { callsPerSecond: Number(rate), answerBytes: Number(data) };
};
