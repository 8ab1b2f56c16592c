import { Fault } from '@drawdown/errors';
import type { StoredMessage } from '@drawdown/eventlog';
import type { Decoded, Delivery, Lease, OwnerRequest, PartitionProcessor, Watermarks } from '@drawdown/partitions';
import { jetstream, JetStreamApiError, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

/** One durable batch: effect and watermark in one message. */
export interface Result {
  readonly partition: number;
  readonly writer: string;
  readonly watermark: number;
  readonly texts: readonly string[];
}

/** A store that several processes share: one subject per partition, each write naming the one it builds on. */
export class ResultStream {
  private constructor(
    private readonly prefix: string,
    private readonly client: JetStreamClient,
    private readonly manager: JetStreamManager,
  ) {}

  static async open(nats: NatsConnection, prefix: string): Promise<ResultStream> {
    return new ResultStream(prefix, jetstream(nats), await jetstreamManager(nats, { checkAPI: false }));
  }

  async create(): Promise<void> {
    await this.manager.streams.add({ name: this.name, subjects: [`${this.prefix}-results.*`], allow_direct: true });
  }

  async destroy(): Promise<void> {
    await this.manager.streams.delete(this.name);
  }

  /** What was written last, and the sequence the next write must name. */
  async last(partition: number): Promise<{ readonly watermark: number; readonly sequence: number }> {
    const found = await this.manager.streams.getMessage(this.name, { last_by_subj: `${this.prefix}-results.${partition}` });
    return found === null ? { watermark: 0, sequence: 0 } : { watermark: found.json<Result>().watermark, sequence: found.seq };
  }

  async append(result: Result, afterSequence: number): Promise<number> {
    try {
      const expect = { lastSubjectSequence: afterSequence };
      return (await this.client.publish(`${this.prefix}-results.${result.partition}`, JSON.stringify(result), { expect })).seq;
    } catch (error) {
      throw new Fault(error instanceof JetStreamApiError ? 'GUARD_REFUSED' : 'STORE_SILENT', 'not written', {}, { cause: error });
    }
  }

  /** Everything in the order of writing. */
  async all(): Promise<Result[]> {
    const { state } = await this.manager.streams.info(this.name);
    const results: Result[] = [];
    for (let seq = 1; seq <= state.last_seq; seq += 1) {
      const message = await this.manager.streams.getMessage(this.name, { seq });
      if (message !== null) results.push(message.json<Result>());
    }
    return results;
  }

  private get name(): string {
    return `${this.prefix.toUpperCase()}_RESULTS`;
  }
}

/** Called just before each write; `written` says afterwards whether the guard let it through. */
export interface ResultHooks {
  readonly beforeWrite?: (lease: Lease, texts: readonly string[]) => Promise<void>;
  readonly written?: (lease: Lease, texts: readonly string[], isRefused: boolean) => void;
}

export class ResultProcessor implements PartitionProcessor<string> {
  private position = { watermark: 0, sequence: 0 };

  constructor(
    private readonly store: ResultStream,
    private readonly writer: string,
    private readonly lease: Lease,
    private readonly hooks: ResultHooks = {},
  ) {}

  async open(): Promise<Watermarks> {
    this.position = await this.store.last(this.lease.partition);
    return { usage: this.position.watermark };
  }

  decode(message: StoredMessage): Decoded<string> {
    return { ok: true, value: new TextDecoder().decode(message.data) };
  }

  async apply(batch: readonly Delivery<string>[]): Promise<void> {
    const fresh = batch.filter(({ message }) => message.sequence > this.position.watermark);
    const watermark = fresh.at(-1)?.message.sequence;
    if (watermark === undefined) return;
    const texts = fresh.map(({ value }) => value ?? '');
    await this.hooks.beforeWrite?.(this.lease, texts);
    try {
      const { partition } = this.lease;
      const sequence = await this.store.append({ partition, writer: this.writer, watermark, texts }, this.position.sequence);
      this.position = { watermark, sequence };
      this.hooks.written?.(this.lease, texts, false);
    } catch (error) {
      this.hooks.written?.(this.lease, texts, true);
      this.position = await this.store.last(this.lease.partition);
      throw error;
    }
  }

  serve(_request: OwnerRequest): Promise<Uint8Array> {
    return Promise.resolve(new TextEncoder().encode(this.writer));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
