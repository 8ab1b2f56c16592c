import { JetStreamEventLog, streamTable, SubjectReader, Subjects, type Incarnations } from '@drawdown/eventlog';
import { createGrpcServer, createIssuer, Identity, keysFromSet, type GrpcServer, type Issuer } from '@drawdown/grpc';
import { HitsServiceService, OperationsServiceService, PropertiesServiceService, SessionsServiceService } from '@drawdown/proto/sessions';
import { JsonLogger } from '@drawdown/telemetry';
import { connectForTest, destroyForTest, provisionForTest, testPrefix } from '@drawdown/testing';
import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { OWN_CODES } from '../../src/adapters/grpc/error-codes.js';
import { SessionsModule } from '../../src/adapters/grpc/sessions.module.js';
import { sessionsDeadLetters } from '../../src/adapters/jetstream/dead-letters.js';
import { HitPublisher } from '../../src/adapters/jetstream/hit-publisher.js';
import { DeadPersonLetters } from '../../src/adapters/jetstream/person-letters.js';
import { propertyEvents } from '../../src/adapters/jetstream/property-events.js';
import { PropertyFeed } from '../../src/adapters/jetstream/property-feed.js';
import type { SessionCommands } from '../../src/application/commands/ports.js';
import type { SessionOperations } from '../../src/application/operations/ports.js';
import { SetAsideMessages } from '../../src/application/operations/set-aside.js';
import { PropertyLog } from '../../src/application/properties/property-log.js';
import { PropertyRegistry } from '../../src/application/properties/registry.js';
import { Client } from './client.js';
import { MemorySessions } from './memory-sessions.js';

const SERVICES = [PropertiesServiceService, HitsServiceService, SessionsServiceService, OperationsServiceService];

const STREAMS = ['properties', 'hits', 'sessions', 'deadletters'] as const;
const TOKEN_SECONDS = 3_600;
const TICK_MS = 1_000;

/** Answers of what lies behind the edge; a test gives those it asks for. */
interface Behind {
  readonly commands?: Partial<SessionCommands>;
  readonly operations?: Partial<SessionOperations>;
}

/** The edge of the service alone: real calls, real streams, and sessions that the test puts in place. */
export class EdgeWorld {
  readonly sessions = new MemorySessions();
  readonly #clients: Client[] = [];
  #port = 0;

  private constructor(
    readonly prefix: string,
    readonly nats: NatsConnection,
    readonly manager: JetStreamManager,
    readonly issuer: Issuer,
    readonly incarnations: Incarnations['streams'],
    readonly feed: PropertyFeed,
    readonly registry: PropertyRegistry,
  ) {}

  #server: GrpcServer | undefined;

  static async create(behind: Behind = {}): Promise<EdgeWorld> {
    const prefix = testPrefix();
    const nats = await connectForTest();
    const { streams: incarnations } = await provisionForTest(nats, { prefix, streams: STREAMS });
    const manager = await jetstreamManager(nats);
    const table = streamTable(prefix);
    const subjects = new Subjects(prefix);
    const registry: PropertyRegistry = new PropertyRegistry(() => feed.current());
    const reader = new SubjectReader(manager, 'properties', table.properties.name);
    const feed = new PropertyFeed({
      nats,
      subjects,
      streamName: table.properties.name,
      reader,
      registry,
      setAside: new SetAsideMessages(),
    });
    await feed.start();
    const world = new EdgeWorld(prefix, nats, manager, await createIssuer('tests'), incarnations, feed, registry);
    await world.#serve(behind, subjects);
    return world;
  }

  get address(): string {
    return `127.0.0.1:${String(this.#port)}`;
  }

  get subjects(): Subjects {
    return new Subjects(this.prefix);
  }

  token(namespace = 'acme', roles: readonly string[] = ['operator']): Promise<string> {
    return this.issuer.issue({ namespace, roles, lifetimeSeconds: TOKEN_SECONDS });
  }

  async client(namespace = 'acme', roles?: readonly string[]): Promise<Client> {
    const client = new Client(this.address, await this.token(namespace, roles));
    this.#clients.push(client);
    return client;
  }

  readerOf(stream: (typeof STREAMS)[number]): SubjectReader {
    return new SubjectReader(this.manager, stream, streamTable(this.prefix)[stream].name);
  }

  async end(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.#server?.drain(0);
    await this.feed.stop();
    await destroyForTest(this.nats, { prefix: this.prefix, streams: STREAMS });
    await this.nats.drain();
  }

  async #serve({ commands = {}, operations = {} }: Behind, subjects: Subjects): Promise<void> {
    const { nats, registry, feed, incarnations, sessions } = this;
    const publisher = jetstream(nats);
    const log = await JetStreamEventLog.open(nats, streamTable(this.prefix).properties, propertyEvents);
    const clock = { nowMs: () => Date.now() };
    const module = SessionsModule.with({
      properties: {
        log: new PropertyLog(log, subjects, clock),
        registry,
        reading: feed,
        incarnation: incarnations.properties ?? '',
        bounds: { tickMs: TICK_MS, duplicateRetentionMs: 7_200_000 },
      },
      hits: { publish: new HitPublisher(publisher, subjects), registry, nowMs: clock.nowMs, incarnation: incarnations.hits ?? '' },
      sessions: {
        open: sessions,
        closed: sessions,
        progress: sessions,
        changes: sessions,
        commands: commands as SessionCommands,
        letters: new DeadPersonLetters(this.readerOf('deadletters'), subjects, 'sessions'),
        incarnations,
        tickMs: TICK_MS,
      },
      operations: {
        operations: operations as SessionOperations,
        deadLetters: sessionsDeadLetters({ publisher, reader: this.readerOf('deadletters'), subjects, service: 'sessions' }),
        subjects,
        incarnations,
      },
    });
    this.#server = await createGrpcServer(module, {
      host: '127.0.0.1',
      port: 0,
      services: SERVICES,
      identity: new Identity({ keys: keysFromSet(this.issuer.keySet) }),
      logger: new JsonLogger({ service: 'sessions', level: 'fatal' }),
      codes: OWN_CODES,
    });
    this.#port = await this.#server.listen();
    this.#server.setStatus('SERVING');
  }
}
