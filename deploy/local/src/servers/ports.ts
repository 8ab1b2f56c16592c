import getPort from 'get-port';
import { LIMITS } from '../limits.js';

/** Ports on the loopback interface that nobody listens on now, and that this process has not handed out before. */
export const freePorts = async (count: number): Promise<readonly number[]> => {
  const ports: number[] = [];
  for (let index = 0; index < count; index += 1) ports.push(await getPort({ host: '127.0.0.1', exclude: ports }));
  return ports;
};

/**
 * Starts something on free ports, and again on others when it fails: between looking and binding, another process
 * may have taken one.
 */
export const onFreePorts = async <T>(count: number, start: (ports: readonly number[]) => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePorts(count));
    } catch (error) {
      if (attempt >= LIMITS.portAttemptsMax || !isPortTaken(error)) throw error;
    }
  }
};

/** Each server says it in its own words, at the end of its log. */
const isPortTaken = (error: unknown): boolean =>
  error instanceof Error && /address already in use|EADDRINUSE|BindException/i.test(error.message);
