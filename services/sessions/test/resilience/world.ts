import { PARTITIONS, streamTable, SubjectReader } from '@drawdown/eventlog';
import {
  ListSessionsRequest,
  OperationsServiceService,
  PropertiesServiceService,
  PropertySettings,
  Scope,
  SessionsServiceService,
  SessionState,
  UsageMeasure,
  type GetSessionResponse,
  type Session,
} from '@drawdown/proto/sessions';
import { eventually, mayBeRepeated, type Method, type ServiceClient, type ServiceProcess, type TestDeployment } from '@drawdown/testing';
import { jetstream, jetstreamManager, type JetStreamClient } from '@nats-io/jetstream';
import { headers as newHeaders } from '@nats-io/transport-node';
import { encodeHits, encodeImportCompleted, type HitsOutgoing } from '../../src/adapters/jetstream/hit-envelopes.js';
import { millis, newCommand } from '../api/client.js';
import { UsageModel } from '../views/usage-model.js';
import {
  IMPORT_TIMEOUT_MS,
  LIVE_TIMEOUT_MS,
  NAMESPACE,
  type ExpectedSession,
  type Part,
  type TestedProperty,
  type TraceOptions,
} from './trace.js';

const PROPERTIES: readonly { readonly id: TestedProperty; readonly scope: Scope; readonly timeoutMs: number }[] = [
  { id: 'web', scope: Scope.CLIENT, timeoutMs: IMPORT_TIMEOUT_MS },
  { id: 'shop', scope: Scope.PROPERTY, timeoutMs: IMPORT_TIMEOUT_MS },
  { id: 'live-web', scope: Scope.CLIENT, timeoutMs: LIVE_TIMEOUT_MS },
  { id: 'live-shop', scope: Scope.PROPERTY, timeoutMs: LIVE_TIMEOUT_MS },
];
const RULES = ['count', 'hits'] as const;
const CUSTOMER = 'customer';
const SOURCE = '/test';
const PAGE_SIZE = 500;
const CALLS_AT_ONCE = 8;
const CALL_MS_MAX = 10_000;
/** A close that a killed replica had in hand is nobody else's for 30 s, may be caught again, and nobody answers until all kills are over. */
const ANSWER_MS_MAX = 300_000;

/** What a deployment says in the end: one line for each session, and what its sessions are worth. */
export interface Outcome {
  readonly sessions: readonly string[];
  /** Ids of the usage that counts: each once, and not taken back. */
  readonly usage: readonly string[];
}

/** One deployment in which a trace is told: properties, what is published, what is read. */
export class World {
  readonly #publisher: JetStreamClient;
  #client: ServiceClient | undefined;

  constructor(readonly deployment: TestDeployment) {
    this.#publisher = jetstream(deployment.nats);
  }

  /** From now on this replica is asked. */
  async use(replica: ServiceProcess): Promise<void> {
    this.#client = await this.deployment.clientOf(replica, NAMESPACE);
  }

  async open(): Promise<void> {
    for (const { id: propertyId, scope, timeoutMs } of PROPERTIES) {
      const settings = PropertySettings.create({ scope, timeoutMs, usageRules: RULES.map(ruleOf) });
      const { position } = await this.ask(PropertiesServiceService.createProperty, { ...newCommand(), propertyId, settings });
      await this.ask(PropertiesServiceService.getProperty, { propertyId, minPosition: position });
    }
  }

  async publish(parts: readonly Part[]): Promise<void> {
    const { subjects } = this.deployment;
    for (const { lane, hits } of parts) await this.#send(encodeHits(subjects, hits, { source: SOURCE, lane }));
  }

  async complete(lanes: readonly string[]): Promise<void> {
    const { subjects } = this.deployment;
    for (const lane of lanes) {
      const ends = Array.from({ length: PARTITIONS }, (_unused, partition) =>
        encodeImportCompleted(subjects, partition, { namespace: NAMESPACE, lane, source: SOURCE, id: `${lane}-${partition}` }),
      );
      await this.#send(ends);
    }
  }

  /** Sessions that are closed. */
  async closed(propertyId: TestedProperty): Promise<readonly Session[]> {
    const sessions: Session[] = [];
    for (let pageToken: string | undefined; pageToken !== '';) {
      const request = ListSessionsRequest.create({
        propertyId,
        states: [SessionState.CLOSED],
        pageSize: PAGE_SIZE,
        pageToken: pageToken ?? '',
      });
      const page = await this.ask(SessionsServiceService.listSessions, request);
      sessions.push(...page.sessions);
      pageToken = page.nextPageToken;
    }
    return sessions;
  }

  /** Resolves when so many sessions of a property are closed. */
  async untilClosed(propertyId: TestedProperty, sessions: number): Promise<void> {
    await eventually(
      `${sessions} sessions of ${propertyId} are closed`,
      async () => ((await this.closed(propertyId)).length >= sessions ? true : undefined),
      ANSWER_MS_MAX,
    );
  }

  /** What is said when all hits are in closed sessions, nothing is in hand any more, and usage was made of it. */
  async outcome(expected: readonly ExpectedSession[]): Promise<Outcome> {
    for (const { id } of PROPERTIES) {
      const hits = expected.filter(({ property }) => property === id).reduce((sum, session) => sum + session.hits.length, 0);
      await eventually(
        `${hits} hits of ${id} are in closed sessions`,
        async () => {
          const sessions = await this.closed(id);
          return sessions.reduce((sum, { hitCount }) => sum + hitCount, 0) >= hits ? true : undefined;
        },
        ANSWER_MS_MAX,
      );
    }

    await this.#untilIdle();
    const sessions = await this.#sessionLines(expected);

    const wanted = expected.length * RULES.length;
    const usage = await eventually(`usage of ${expected.length} sessions`, async () => {
      const counting = await this.#usage();
      return counting.length === wanted ? counting : undefined;
    }).catch(() => this.#usage());

    return { sessions, usage };
  }

  /** Repeats a question while nobody can answer it; a refusal ends it at once. */
  async ask<Request, Answer>(method: Method<Request, Answer>, request: Request): Promise<Answer> {
    const look = async (): Promise<{ readonly answer: Answer } | { readonly refused: unknown } | undefined> => {
      try {
        return { answer: await this.#requireClient().call(method, request, CALL_MS_MAX) };
      } catch (error) {
        return mayBeRepeated(error) ? undefined : { refused: error };
      }
    };
    const found = await eventually(method.path, look, ANSWER_MS_MAX);
    if ('refused' in found) throw new Error(`${method.path} was refused`, { cause: found.refused });
    return found.answer;
  }

  /** Everything that was begun to close is handed over, so that nothing is published a second time behind the test's back. */
  async #untilIdle(): Promise<void> {
    await eventually(
      'no close is in hand',
      async () => {
        const { partitions } = await this.ask(OperationsServiceService.listPartitions, {});
        return partitions.every(({ queueLength }) => queueLength === 0) ? true : undefined;
      },
      ANSWER_MS_MAX,
    );
  }

  async #sessionLines(expected: readonly ExpectedSession[]): Promise<readonly string[]> {
    const lines: string[] = [];
    for (const { property, superseded } of expected) for (const id of superseded) lines.push(await this.#supersededLineOf(property, id));
    for (const { id } of PROPERTIES) {
      const sessions = await this.closed(id);
      for (let at = 0; at < sessions.length; at += CALLS_AT_ONCE) {
        lines.push(...(await Promise.all(sessions.slice(at, at + CALLS_AT_ONCE).map(session => this.#lineOf(id, session)))));
      }
    }
    return lines.sort();
  }

  async #lineOf(propertyId: TestedProperty, session: Session): Promise<string> {
    const { sessionId, revision, startTime, endTime, hitCount } = session;
    const { hits } = await this.#get(propertyId, sessionId);
    const ids = hits.map(({ id }) => id);
    return sessionLine(propertyId, sessionId, revision, millis(startTime), millis(endTime), hitCount, ids);
  }

  /** Lists leave out what another session has taken over; whoever has its id is told. */
  async #supersededLineOf(propertyId: TestedProperty, sessionId: string): Promise<string> {
    const { session } = await this.#get(propertyId, sessionId);
    return supersededLine(propertyId, sessionId, session?.supersededBy ?? '');
  }

  #get(propertyId: TestedProperty, sessionId: string): Promise<GetSessionResponse> {
    const key = { $case: 'sessionId' as const, value: sessionId };
    const request = { propertyId, key, pageSize: PAGE_SIZE, pageToken: '', replay: '', minPosition: '' };
    return this.ask(SessionsServiceService.getSession, request);
  }

  /** All usage is read as entitlements reads it: an id counts once, and not at all when it was taken back. */
  async #usage(): Promise<readonly string[]> {
    const manager = await jetstreamManager(this.deployment.nats);
    const { name } = streamTable(this.deployment.prefix).usage;
    const reader = new SubjectReader(manager, 'usage', name);
    const model = new UsageModel();
    for await (const message of reader.from(`${this.deployment.prefix}.>`, 1)) model.apply(message);
    return model.counting();
  }

  async #send(messages: readonly HitsOutgoing[]): Promise<void> {
    // Sent without waiting for one another on one connection, they are stored in this order.
    await Promise.all(
      messages.map(({ subject, data, headers }) => {
        const natsHeaders = newHeaders();
        for (const [name, value] of headers) natsHeaders.set(name, value);
        return this.#publisher.publish(subject, data, { headers: natsHeaders });
      }),
    );
  }

  #requireClient(): ServiceClient {
    if (this.#client === undefined) throw new Error('no replica is in use');
    return this.#client;
  }
}

const ruleOf = (measure: (typeof RULES)[number]): PropertySettings['usageRules'][number] => ({
  key: measure,
  measure: measure === 'count' ? UsageMeasure.COUNT : UsageMeasure.HITS,
  eventType: `session.${measure}`,
  customer: { $case: 'fixedCustomer', value: CUSTOMER },
});

/** Where the clients of a deployment's properties are read. */
export const sourcesOf = ({ subjects }: TestDeployment): Pick<TraceOptions, 'sourceOf' | 'sources'> => ({
  sources: PARTITIONS,
  sourceOf: (propertyId, clientId) => subjects.hitPartition(NAMESPACE, propertyId, clientId),
});

/** What a deployment that lost and doubled nothing says. */
export const outcomeOf = (expected: readonly ExpectedSession[]): Outcome => ({
  sessions: expected
    .flatMap(({ property, revision, hits, superseded }) => {
      const times = hits.map(({ receivedAtMs }) => receivedAtMs);
      const ids = hits.map(({ id }) => id);
      return [
        sessionLine(property, ids[0] ?? '', revision, Math.min(...times), Math.max(...times), hits.length, ids),
        ...superseded.map(id => supersededLine(property, id, ids[0] ?? '')),
      ];
    })
    .sort(),
  usage: expected
    .flatMap(({ revision, hits }) =>
      RULES.map(rule => usageLine(`${hits[0]?.id ?? ''}:${revision}:${rule}`, rule === 'count' ? 1 : hits.length)),
    )
    .sort(),
});

const sessionLine = (
  property: string,
  id: string,
  revision: number,
  startMs: number,
  endMs: number,
  hits: number,
  ids: readonly string[],
): string => `${property} ${id} revision ${revision}: ${startMs} to ${endMs}, ${hits} hits ${ids.join(' ')}`;

const supersededLine = (property: string, id: string, by: string): string => `${property} ${id} is part of ${by}`;

const usageLine = (id: string, value: number): string => `${id} = ${value}`;
