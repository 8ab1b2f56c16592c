import type { StreamKey } from '@drawdown/eventlog';
import { Fault } from '@drawdown/errors';
import type { Decoded, Delivery, OwnerRequest, PartitionProcessor, Watermarks } from '@drawdown/partitions';
import type { StoredMessage } from '@drawdown/eventlog';

export interface Applied {
  readonly stream: StreamKey;
  readonly sequence: number;
  readonly subject: string;
  readonly text: string | undefined;
  readonly writer: string;
}

/**
 * A store as the projections are one: effect and watermark in one guarded write. A writer names the watermark it builds on; one that
 * lost its partition builds on an old one and is refused.
 */
export class SequenceStore {
  readonly applied: Applied[] = [];
  refusals = 0;
  private readonly watermarks = new Map<string, number>();

  watermark(partition: number, stream: StreamKey): number {
    return this.watermarks.get(`${partition}/${stream}`) ?? 0;
  }

  write(partition: number, stream: StreamKey, expected: number, rows: readonly Applied[]): void {
    if (this.watermark(partition, stream) !== expected) {
      this.refusals += 1;
      throw new Fault('GUARD_REFUSED', `the store is beyond ${expected}`);
    }
    this.applied.push(...rows);
    this.watermarks.set(`${partition}/${stream}`, rows.at(-1)?.sequence ?? expected);
  }

  texts(): (string | undefined)[] {
    return this.applied.map(row => row.text);
  }
}

/** What a test may disturb. */
export interface Disturbance {
  /** Called with every batch before it is written; may throw or wait. */
  readonly beforeWrite?: (batch: readonly Delivery<string>[]) => void | Promise<void>;
  readonly serve?: (request: OwnerRequest) => Promise<Uint8Array>;
  readonly closed?: () => void;
}

/** The smallest processor that is correct: text in, one row per message out. Bytes that are not UTF-8 are rejected. */
export class StoringProcessor implements PartitionProcessor<string> {
  private readonly position = new Map<StreamKey, number>();

  constructor(
    private readonly partition: number,
    private readonly store: SequenceStore,
    private readonly writer: string,
    private readonly disturbance: Disturbance = {},
  ) {}

  open(): Promise<Watermarks> {
    const watermarks = {
      usage: this.store.watermark(this.partition, 'usage'),
      entitlements: this.store.watermark(this.partition, 'entitlements'),
    };
    this.position.set('usage', watermarks.usage).set('entitlements', watermarks.entitlements);
    return Promise.resolve(watermarks);
  }

  decode(message: StoredMessage): Decoded<string> {
    try {
      return { ok: true, value: new TextDecoder('utf-8', { fatal: true }).decode(message.data) };
    } catch {
      return { ok: false, reason: 'NOT_UTF8', detail: 'the bytes are\r\nnot text' };
    }
  }

  async apply(batch: readonly Delivery<string>[]): Promise<void> {
    await this.disturbance.beforeWrite?.(batch);
    const stream = batch[0]?.message.stream ?? 'usage';
    const position = this.position.get(stream) ?? 0;
    const rows = batch
      .map(({ message, value }) => ({ stream, sequence: message.sequence, subject: message.subject, text: value, writer: this.writer }))
      .filter(({ sequence }) => sequence > position);
    try {
      this.store.write(this.partition, stream, position, rows);
      this.position.set(stream, rows.at(-1)?.sequence ?? position);
    } catch (error) {
      // Somebody else wrote in between. What is there now is known by its sequence when the batch comes again.
      this.position.set(stream, this.store.watermark(this.partition, stream));
      throw error;
    }
  }

  serve(request: OwnerRequest): Promise<Uint8Array> {
    return this.disturbance.serve?.(request) ?? Promise.resolve(new TextEncoder().encode(this.writer));
  }

  close(): Promise<void> {
    this.disturbance.closed?.();
    return Promise.resolve();
  }
}
