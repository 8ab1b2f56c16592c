import { randomUUID } from 'node:crypto';
import { Fault } from '@drawdown/errors';
import type { ClosedSeed } from '../../application/store/session-store.js';
import { idHash } from './hit-ids.js';
import { fenceOf, positionText, type NumberedBy } from './incarnations.js';
import { laneToken, type Keys } from './keys.js';
import { mastersOf, type Argument, type LibraryCalls, type RedisConnection } from './library-calls.js';

/** Keys looked at, and at most deleted, in one step. */
const WIPED_AT_ONCE = 500;

/** Empties a state partition and fills it again from the log (sessions §12.5). */
export class RebuildCalls {
  constructor(
    private readonly redis: RedisConnection,
    private readonly library: LibraryCalls,
    private readonly keys: Keys,
    private readonly duplicateRetentionMs: number,
    private readonly numbers: NumberedBy,
  ) {}

  async begin(state: number, epoch: number): Promise<string> {
    const token = randomUUID();
    const partition = this.keys.partition(state);
    await this.library.call('begin_rebuild', partition, [state, fenceOf(epoch, this.numbers), token]);
    for (const master of mastersOf(this.redis)) {
      const found = master.scanStream({ match: `${globEscaped(partition)}*`, count: WIPED_AT_ONCE }) as AsyncIterable<readonly string[]>;
      for await (const keys of found) await this.#wipe(partition, token, keys);
    }
    return token;
  }

  async #wipe(partition: string, token: string, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const names = keys.map(key => key.slice(partition.length));
    this.#requireCurrent(await this.library.call('wipe', partition, [token, ...names]));
  }

  async seed({ state, lane, token, sessionId, clientKeys, header, keepUntilMs, hits }: ClosedSeed): Promise<void> {
    const byClient = new Map<string, string[]>();
    for (const { id, clientKey } of hits) byClient.set(clientKey, [...(byClient.get(clientKey) ?? []), id]);
    const head = {
      token,
      lane: laneToken(lane),
      sessionId,
      clientKeys,
      keepUntilMs,
      retention_ms: this.duplicateRetentionMs,
      filters: [...byClient].map(([clientKey, ids]) => [clientKey, ids.length]),
      ...(header === null ? {} : { header }),
    };
    const hashes = Buffer.concat([...byClient.values()].flat().map(idHash));
    this.#requireCurrent(await this.library.call('seed_closed', this.keys.partition(state), [JSON.stringify(head), hashes]));
  }

  async finish(state: number, token: string, positions: ReadonlyMap<number, number>): Promise<void> {
    const args: readonly Argument[] = [
      token,
      ...[...positions].flatMap(([source, sequence]) => [source, positionText(sequence, this.numbers)]),
    ];
    this.#requireCurrent(await this.library.call('finish_rebuild', this.keys.partition(state), args));
  }

  #requireCurrent(reply: unknown): void {
    if (reply !== 1) throw new Fault('STATE_LOST', 'another rebuild was begun meanwhile');
  }
}

const globEscaped = (text: string): string => text.replace(/[\\*?[\]^-]/g, '\\$&');
