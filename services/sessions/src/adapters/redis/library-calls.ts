import { Fault, isFault, isRefusal, Refusal } from '@drawdown/errors';
import type { Cluster, Redis } from 'ioredis';
import { commandOf, requireWaited, type Wait } from './durability.js';
import { functionName, LIBRARY_NAME, LIBRARY_SOURCE, LIBRARY_VERSION, type LibraryFunction } from './library.js';

export type RedisConnection = Redis | Cluster;

export type Argument = string | number | Buffer;

/** Calls functions of the library, and loads it on every master again where a new or emptied server does not know it. */
export class LibraryCalls {
  #loaded: Promise<void> | undefined;

  constructor(private readonly redis: RedisConnection) {}

  /**
   * Loads the library where it is missing or was changed, and removes older ones: who calls them is refused from then on.
   * @throws Refusal `STORE_LIBRARY_NEWER` when a newer service has been here
   */
  load(): Promise<void> {
    this.#loaded ??= Promise.all(mastersOf(this.redis).map(loadOn)).then(
      () => undefined,
      (error: unknown) => {
        this.#loaded = undefined;
        throw error;
      },
    );
    return this.#loaded;
  }

  /**
   * @throws Refusal `OUTDATED_EPOCH`, `STORE_LIBRARY_NEWER`
   * @throws Fault `STORE_OUT_OF_MEMORY`, `STORE_UNAVAILABLE`, `STATE_LOST`
   */
  call(name: LibraryFunction, partition: string, args: readonly Argument[]): Promise<unknown> {
    return this.#attempt(() => this.redis.call('FCALL', functionName(name), 1, partition, ...args));
  }

  /** The same with bytes for texts. */
  callForBytes(name: LibraryFunction, partition: string, args: readonly Argument[]): Promise<unknown> {
    return this.#attempt(() => this.redis.callBuffer('FCALL', functionName(name), 1, partition, ...args));
  }

  /**
   * The same, and waits until all that was written before is as durable as asked: also when this call wrote nothing, for a first try of it
   * may have.
   * @throws Fault `STORE_NOT_DURABLE` when that takes too long
   */
  async callDurably(name: LibraryFunction, partition: string, args: readonly Argument[], wait: Wait): Promise<unknown> {
    const [command, ...parameters] = commandOf(wait);
    return this.#attempt(async () => {
      const pipeline = this.redis.pipeline();
      pipeline.call('FCALL', functionName(name), 1, partition, ...args);
      pipeline.set(`${partition}waited`, '1');
      pipeline.call(command, ...parameters);
      const [called, , waited] = (await pipeline.exec()) ?? [];
      if (called === undefined || waited === undefined) throw new Fault('STORE_NOT_DURABLE', 'the call was not answered');
      if (called[0] !== null) throw called[0];
      if (waited[0] !== null) throw waited[0];
      requireWaited(wait, waited[1]);
      return called[1];
    });
  }

  async #attempt(call: () => Promise<unknown>): Promise<unknown> {
    try {
      await this.load();
      return await call().catch(async (error: unknown) => {
        if (!isFunctionMissing(error)) throw error;
        this.#loaded = undefined;
        await this.load();
        return call();
      });
    } catch (error) {
      throw translated(error);
    }
  }
}

export const mastersOf = (redis: RedisConnection): readonly Redis[] => ('nodes' in redis ? redis.nodes('master') : [redis]);

/** A library as `FUNCTION LIST` tells of it: names and values by turns. */
type ListedLibrary = readonly unknown[];

const loadOn = async (master: Redis): Promise<void> => {
  const listed = (await master.call('FUNCTION', 'LIST', 'LIBRARYNAME', 'drawdown_sessions_v*', 'WITHCODE')) as readonly ListedLibrary[];
  const libraries = listed.map(library => ({ name: valueOf(library, 'library_name'), code: valueOf(library, 'library_code') }));
  const newer = libraries.find(({ name }) => versionOf(name) > LIBRARY_VERSION);
  if (newer !== undefined) {
    throw new Refusal('STORE_LIBRARY_NEWER', `Redis holds ${newer.name}: a newer service has written there`, { library: newer.name });
  }
  const isCurrent = libraries.some(({ name, code }) => name === LIBRARY_NAME && code === LIBRARY_SOURCE);
  if (!isCurrent) await master.call('FUNCTION', 'LOAD', 'REPLACE', LIBRARY_SOURCE);
  for (const { name } of libraries) if (versionOf(name) < LIBRARY_VERSION) await remove(master, name);
};

const versionOf = (library: string): number => Number(library.replace('drawdown_sessions_v', ''));

/** Another replica may do so at the same moment. */
const remove = async (master: Redis, library: string): Promise<void> => {
  await master.call('FUNCTION', 'DELETE', library).catch((error: unknown) => {
    if (!messageOf(error).includes('Library not found')) throw error;
  });
};

const valueOf = (library: ListedLibrary, name: string): string => String(library[library.indexOf(name) + 1]);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '');

const isFunctionMissing = (error: unknown): boolean => messageOf(error).includes('Function not found');

/** Answers of a server that cannot do its work now, whatever it is asked. */
const UNAVAILABLE = /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|MISCONF|BUSY) /;

/** What is no answer of the server comes from the way to it: no connection, no answer in time. */
const isUnavailable = (error: unknown): boolean =>
  error instanceof Error && (error.name !== 'ReplyError' || UNAVAILABLE.test(error.message));

const translated = (error: unknown): unknown => {
  if (isFault(error) || isRefusal(error)) return error;
  const message = messageOf(error);
  if (message.startsWith('OUTDATED_EPOCH')) return new Refusal('OUTDATED_EPOCH', message.replace('OUTDATED_EPOCH', 'the epoch'));
  if (message.startsWith('STATE_LOST')) return new Fault('STATE_LOST', message.replace('STATE_LOST ', ''));
  if (message.startsWith('OOM')) return new Fault('STORE_OUT_OF_MEMORY', 'Redis is at its memory limit', {}, { cause: error });
  if (isUnavailable(error)) return new Fault('STORE_UNAVAILABLE', `Redis does not answer: ${message}`, {}, { cause: error });
  return error;
};
