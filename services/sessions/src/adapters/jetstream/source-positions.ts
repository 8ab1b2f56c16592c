import { bucketNames } from '@drawdown/eventlog';
import { Fault } from '@drawdown/errors';
import { Kvm, type KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { NO_POSITION, type SourcePosition, type SourcePositions } from '../../application/ingest/source-positions.js';

interface StoredPosition {
  readonly brought: readonly (readonly [number, number])[];
  readonly watermarkMs: number | null;
  readonly lanes: readonly (readonly [string, number])[];
}

/** Positions of sources in the registry bucket, one key per source. */
export class RegistrySourcePositions implements SourcePositions {
  private constructor(private readonly bucket: KV) {}

  static async open(nats: NatsConnection, prefix: string): Promise<RegistrySourcePositions> {
    return new RegistrySourcePositions(await new Kvm(nats).open(bucketNames(prefix).registry));
  }

  async read(source: number): Promise<SourcePosition> {
    const entry = await this.bucket.get(keyOf(source)).catch(unavailable);
    if (entry === null) return NO_POSITION;
    const stored = entry.json<StoredPosition>();
    return { brought: new Map(stored.brought), watermarkMs: stored.watermarkMs, lanes: new Map(stored.lanes) };
  }

  async write(source: number, position: SourcePosition): Promise<void> {
    const stored: StoredPosition = {
      brought: [...position.brought],
      watermarkMs: position.watermarkMs,
      lanes: [...position.lanes],
    };
    await this.bucket.put(keyOf(source), JSON.stringify(stored)).catch(unavailable);
  }
}

const keyOf = (source: number): string => `sessions.source.${source}`;

const unavailable = (error: unknown): never => {
  throw new Fault('POSITIONS_UNAVAILABLE', 'the registry of positions did not answer', {}, { cause: error });
};
