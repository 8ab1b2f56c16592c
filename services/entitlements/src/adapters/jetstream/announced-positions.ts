import { bucketNames } from '@drawdown/eventlog';
import { Kvm, type KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';

/**
 * Up to which usage message each partition has announced its corrections. Kept in NATS, because it must outlive the read model: one that is
 * folded anew must not announce again what a later grant has since made look different.
 */
export class AnnouncedPositions {
  private constructor(private readonly bucket: KV) {}

  static async open(nats: NatsConnection, prefix: string): Promise<AnnouncedPositions> {
    return new AnnouncedPositions(await new Kvm(nats).open(bucketNames(prefix).registry));
  }

  async read(partition: number): Promise<number> {
    const entry = await this.bucket.get(keyOf(partition));
    return entry === null ? 0 : Number(entry.string());
  }

  async write(partition: number, usageSequence: number): Promise<void> {
    await this.bucket.put(keyOf(partition), String(usageSequence));
  }
}

const keyOf = (partition: number): string => `entitlements.announced.${partition}`;
