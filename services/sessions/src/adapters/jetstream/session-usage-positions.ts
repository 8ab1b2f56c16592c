import { bucketNames } from '@drawdown/eventlog';
import { Kvm, type KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';

/**
 * Up to which message of `DRAWDOWN_SESSIONS` each partition's usage was published (design §4.2: positions that outlive a lease). A position
 * counts only for the stream that it was taken in; sequences of a restored one begin anew, and usage published again counts once.
 */
export class SessionUsagePositions {
  private constructor(
    private readonly bucket: KV,
    private readonly incarnation: string,
  ) {}

  /** @param incarnation of the stream of sessions (design §3.17) */
  static async open(nats: NatsConnection, prefix: string, incarnation: string): Promise<SessionUsagePositions> {
    return new SessionUsagePositions(await new Kvm(nats).open(bucketNames(prefix).registry), incarnation);
  }

  /** 0: nothing was published yet. */
  async read(partition: number): Promise<number> {
    const stored = (await this.bucket.get(keyOf(partition)))?.json<Stored>();
    return stored?.incarnation === this.incarnation ? stored.sequence : 0;
  }

  async write(partition: number, sequence: number): Promise<void> {
    const stored: Stored = { incarnation: this.incarnation, sequence };
    await this.bucket.put(keyOf(partition), JSON.stringify(stored));
  }
}

interface Stored {
  readonly incarnation: string;
  readonly sequence: number;
}

const keyOf = (partition: number): string => `sessions.usage.${partition}`;
