import { randomBytes } from 'node:crypto';
import { SubjectReader, Subjects, streamTable } from '@drawdown/eventlog';
import { DEFAULT_READ_LIMITS, type Lease } from '@drawdown/partitions';
import { connectForTest, destroyForTest, provisionForTest, testPrefix } from '@drawdown/testing';
import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Binary, MongoClient, type Db, type Document } from 'mongodb';
import { SessionViews } from '../../src/adapters/mongo/session-views.js';
import type { SessionLogAccess } from '../../src/adapters/jetstream/session-log-access.js';
import { encodeClose } from '../../src/adapters/jetstream/session-messages.js';
import { publishMessage, SessionPublisher } from '../../src/adapters/jetstream/session-publisher.js';
import type { SessionMessageToPublish } from '../../src/adapters/jetstream/session-wire.js';
import type { ProtoSessionClose } from '../../src/domain/index.js';
import { ADDRESS } from './given.js';

const STREAMS = ['sessions', 'usage', 'deadletters'] as const;

/** Streams and a database of one spec file. */
export class World {
  readonly subjects: Subjects;
  readonly publisher: SessionPublisher;
  readonly access: SessionLogAccess;
  #repeats = 0;

  private constructor(
    readonly nats: NatsConnection,
    readonly prefix: string,
    readonly stream: JetStreamClient,
    readonly manager: JetStreamManager,
    readonly incarnation: string,
    readonly client: MongoClient,
    readonly db: Db,
  ) {
    this.subjects = new Subjects(prefix);
    this.publisher = new SessionPublisher({ publisher: stream, subjects: this.subjects });
    this.access = {
      nats,
      prefix,
      subjects: this.subjects,
      reader: new SubjectReader(manager, 'sessions', streamTable(prefix).sessions.name),
      isSetAside: () => false,
      nowMs: () => Date.now(),
      limits: { ...DEFAULT_READ_LIMITS, retryMinMs: 5, retryMaxMs: 50 },
    };
  }

  static async open(): Promise<World> {
    const nats = await connectForTest();
    const prefix = testPrefix();
    const incarnations = await provisionForTest(nats, { prefix, streams: [...STREAMS] });
    const client = await MongoClient.connect(process.env['DRAWDOWN_MONGODB_URL'] ?? '', { serverSelectionTimeoutMS: 5_000 });
    const db = client.db(`test_views_${randomBytes(5).toString('hex')}`);
    return new World(nats, prefix, jetstream(nats), await jetstreamManager(nats), JSON.stringify(incarnations), client, db);
  }

  async close(): Promise<void> {
    await this.db.dropDatabase();
    await this.client.close();
    await destroyForTest(this.nats, { prefix: this.prefix, streams: [...STREAMS] });
    await this.nats.drain();
  }

  openViews(): Promise<SessionViews> {
    return SessionViews.open({ ...this.access, db: this.db, incarnation: this.incarnation });
  }

  /** A lease that is held until the test says otherwise. */
  lease(partition = ADDRESS.state, epoch = 1): Lease {
    return { partition, epoch, incarnation: this.incarnation, isHeld: () => true };
  }

  messagesOf(close: ProtoSessionClose): { readonly chunks: readonly SessionMessageToPublish[]; readonly last: SessionMessageToPublish } {
    return encodeClose(this.subjects, ADDRESS, close);
  }

  /** One message; as after the broker's duplicate window when it is published again. */
  async publish(message: SessionMessageToPublish): Promise<number> {
    const messageId = `${message.messageId}/${(this.#repeats += 1)}`;
    return (await publishMessage(this.stream, { ...message, messageId }, { timeoutMs: 5_000 })).seq;
  }

  async publishClose(close: ProtoSessionClose): Promise<number> {
    const { chunks, last } = this.messagesOf(close);
    for (const chunk of chunks) await this.publish(chunk);
    return this.publish(last);
  }

  async purge(): Promise<void> {
    await this.manager.streams.purge(streamTable(this.prefix).sessions.name);
    await this.db.dropDatabase();
  }

  /** All documents of the generation that is read; bytes as text. @param without fields that are not compared */
  async dump(without: readonly string[] = []): Promise<Record<string, Record<string, unknown>>> {
    const pointer = await this.db.collection<{ _id: string; generation: string }>('read_models').findOne({ _id: 'sessions' });
    const dump: Record<string, Record<string, unknown>> = {};
    for (const name of ['sessions', 'session_hits', 'session_erasures']) {
      const documents: Document[] = await this.db
        .collection(`${name}_${pointer?.generation ?? ''}`)
        .find()
        .sort({ _id: 1 })
        .toArray();
      dump[name] = Object.fromEntries(
        documents.map(document => [String(document['_id']), plain(document, ['epoch', 'writtenAt', ...without])]),
      );
    }
    return dump;
  }
}

const plain = (document: Document, without: readonly string[]): unknown =>
  Object.fromEntries(
    Object.entries(document)
      .filter(([name]) => !without.includes(name))
      .map(([name, value]: [string, unknown]) => [
        name,
        value instanceof Binary ? Buffer.from(value.buffer.subarray(0, value.position)).toString() : value,
      ]),
  );
