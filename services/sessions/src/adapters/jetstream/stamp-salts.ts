import { randomBytes } from 'node:crypto';
import { bucketNames } from '@drawdown/eventlog';
import { Fault } from '@drawdown/errors';
import { Kvm, type KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import type { StampSalts } from '../../domain/index.js';

const DAY_MS = 86_400_000;
const SALT_BYTES = 32;
/**
 * Days whose salts are kept beside today's. A live hit is at most 7 days old when it comes, and so is one that a rebuild of the store reads again (D5,
 * sessions §12.5); in the first D of its day, D being a day at most, it asks for the day before too (D20).
 */
const DAYS_KEPT = 8;
/** Made before it is needed, so that no hit ever waits for a salt. */
const DAYS_AHEAD = 1;
const PREFIX = 'sessions.salt.';
/** Hits of an import may be of any day: those whose day has no salt of its own share this one, which stays. */
const OF_IMPORTS = 'imports';

/**
 * The salts of computed stamps (sessions §15.11), in the registry bucket: of several replicas that make one for a day the first wins, and all read that
 * one. They are in no event; when one is deleted, stamps of its day can never be made again.
 */
export class RegistryStampSalts implements StampSalts {
  #salts: ReadonlyMap<string, string> = new Map();

  private constructor(
    private readonly bucket: KV,
    private readonly nowMs: () => number,
  ) {}

  /** @param nowMs server's time */
  static async open(nats: NatsConnection, prefix: string, nowMs: () => number): Promise<RegistryStampSalts> {
    const salts = new RegistryStampSalts(await new Kvm(nats).open(bucketNames(prefix).registry), nowMs);
    await salts.refresh();
    return salts;
  }

  of(date: string): string | undefined {
    return this.#salts.get(date) ?? this.#salts.get(OF_IMPORTS);
  }

  /** Makes what is missing and deletes what is over; to be called several times a day. */
  async refresh(): Promise<void> {
    const today = Math.floor(this.nowMs() / DAY_MS);
    const names = [OF_IMPORTS];
    for (let day = today - DAYS_KEPT; day <= today + DAYS_AHEAD; day += 1) names.push(dateOf(day));
    this.#salts = new Map(await Promise.all(names.map(async name => [name, await this.#saltOf(name)] as const)));
    await this.#deleteBefore(dateOf(today - DAYS_KEPT));
  }

  async #saltOf(name: string): Promise<string> {
    const key = PREFIX + name;
    const known = await this.bucket.get(key);
    if (known?.operation === 'PUT') return known.string();
    const made = randomBytes(SALT_BYTES).toString('base64url');
    try {
      await this.bucket.create(key, made);
      return made;
    } catch (error) {
      const others = await this.bucket.get(key);
      if (others?.operation === 'PUT') return others.string();
      throw new Fault('LOG_UNAVAILABLE', 'the salt of a day could not be stored', { key }, { cause: error });
    }
  }

  async #deleteBefore(date: string): Promise<void> {
    for await (const key of await this.bucket.keys(`${PREFIX}*`)) {
      const name = key.slice(PREFIX.length);
      if (name !== OF_IMPORTS && name < date) await this.bucket.purge(key);
    }
  }
}

const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
