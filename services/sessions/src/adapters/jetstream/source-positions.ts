import { bucketNames } from '@drawdown/eventlog';
import { Fault } from '@drawdown/errors';
import { Kvm, type KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { NO_POSITION, OUTDATED_POSITION, type SourcePosition, type SourcePositions } from '../../application/ingest/source-positions.js';

interface StoredPosition {
  /** Of the stream of hits. */
  readonly incarnation: string;
  readonly brought: readonly (readonly [number, number])[];
  readonly watermarkMs: number | null;
  readonly lanes: readonly (readonly [string, number])[];
}

/** Positions of sources in the registry bucket, one key per source. */
export class RegistrySourcePositions implements SourcePositions {
  private constructor(
    private readonly bucket: KV,
    private readonly incarnation: string,
  ) {}

  /** @param incarnation of the stream of hits: positions compare only within it (design §3.17) */
  static async open(nats: NatsConnection, prefix: string, incarnation: string): Promise<RegistrySourcePositions> {
    return new RegistrySourcePositions(await new Kvm(nats).open(bucketNames(prefix).registry), incarnation);
  }

  async read(source: number): Promise<SourcePosition> {
    const entry = await this.bucket.get(keyOf(source)).catch(unavailable);
    if (entry === null) return NO_POSITION;
    const stored = entry.json<StoredPosition>();
    if (stored.incarnation !== this.incarnation) return OUTDATED_POSITION;
    return { brought: new Map(stored.brought), watermarkMs: stored.watermarkMs, lanes: new Map(stored.lanes), isOutdated: false };
  }

  async write(source: number, position: Omit<SourcePosition, 'isOutdated'>): Promise<void> {
    const stored: StoredPosition = {
      incarnation: this.incarnation,
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
