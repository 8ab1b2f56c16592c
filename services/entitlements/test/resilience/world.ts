import { decodePosition, mergePositions, type Position } from '@drawdown/eventlog';
import {
  BalancesServiceService,
  ExpirationUnit,
  GetBalanceHistoryRequest,
  Grant,
  GrantsServiceService,
  type CreateGrantRequest,
} from '@drawdown/proto';
import { eventually, mayBeRepeated, type Method, type ServiceClient, type ServiceProcess, type TestDeployment } from '@drawdown/testing';
import { createEntitlement, createFeature, newRequest, toTimestamp, type Asker } from '../support/commands.js';
import { minPositionOf, UsageSource } from '../support/usage-source.js';
import { EVENT_TYPE, takesLate, type Trace, type TraceStep } from './trace.js';

export const NAMESPACE = 'acme';
const FEATURE = 'tokens';
const CUSTOMERS_AT_ONCE = 8;
const ANSWER_MS_MAX = 240_000;
const CALL_MS_MAX = 3_000;
const DAY_MS = 86_400_000;

/** One deployment in which a trace is told: the customers with their grants, what is published, and what is read at the end. */
export class World {
  /** Ordinals of the grants that came later. */
  readonly granted: number[] = [];
  readonly #source: UsageSource;
  #position: Position = [];
  #client: ServiceClient | undefined;

  constructor(
    readonly deployment: TestDeployment,
    readonly trace: Trace,
  ) {
    this.#source = new UsageSource(deployment, NAMESPACE);
  }

  /** From now on questions and commands go to this replica. */
  async use(replica: ServiceProcess): Promise<void> {
    this.#client = await this.deployment.clientOf(replica, NAMESPACE);
  }

  /** Catalogue, entitlements and the grants that everybody has from the beginning on. */
  async open(): Promise<void> {
    const client: Asker = { call: (method, request) => this.ask(method, request) };
    await createFeature(client, FEATURE, EVENT_TYPE, '$.tokens');
    const start = toTimestamp(this.trace.startMs);
    await inGroups(this.trace.customers, async customer => {
      await createEntitlement(client, customer, FEATURE, {
        measureUsageFrom: start,
        usagePeriod: { interval: 'P1Y', anchor: start },
      });
      for (const grant of this.#firstGrants(customer)) await this.command(grant);
    });
  }

  async publish(steps: readonly TraceStep[]): Promise<void> {
    for (const { events, form } of steps) this.#position = mergePositions(this.#position, await this.#source.publish(events, form));
  }

  /** One more grant for a customer that gets no late events. The same request is sent until somebody answers it, as a client does. */
  async grantMore(ordinal: number): Promise<void> {
    const customers = this.trace.customers.filter(customer => !takesLate(customer));
    const customer = customers[ordinal % customers.length] ?? '';
    this.granted.push(ordinal);
    await this.command(this.#request(customer, `more-${ordinal}`, { amount: String(1_000 + ordinal), priority: 5 }));
  }

  async command(request: CreateGrantRequest): Promise<void> {
    const { position } = await this.ask(GrantsServiceService.createGrant, request);
    this.#position = mergePositions(this.#position, decodePosition(position));
  }

  /** Repeats a call while nobody can answer it; a refusal ends it at once. */
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

  /** Everything that the edge says of every customer, at the end of the trace, with what differs between two runs by nature left out. */
  async answers(): Promise<Readonly<Record<string, unknown>>> {
    const answers: Record<string, unknown> = {};
    await inGroups(this.trace.customers, async customer => (answers[customer] = await this.#answersOf(customer)));
    return Object.fromEntries(Object.entries(answers).sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  /** Usage of the period as the edge says it. */
  async used(): Promise<ReadonlyMap<string, number>> {
    const used = new Map<string, number>();
    await inGroups(this.trace.customers, async customer => {
      const { balance } = await this.ask(BalancesServiceService.getBalance, this.#balanceRequest(customer));
      used.set(customer, Number(balance?.usageInPeriod));
    });
    return new Map([...used].sort());
  }

  async #answersOf(customer: string): Promise<unknown> {
    const labels = await this.#labels(customer);
    const { balance } = await this.ask(BalancesServiceService.getBalance, this.#balanceRequest(customer));
    const segments: unknown[] = [];
    for (let pageToken: string | undefined; pageToken !== '';) {
      const request = GetBalanceHistoryRequest.create({
        customer,
        featureKey: FEATURE,
        startTime: toTimestamp(this.trace.startMs),
        endTime: toTimestamp(this.trace.endMs),
        pageToken: pageToken ?? '',
        minPosition: minPositionOf(this.#position),
      });
      const page = await this.ask(BalancesServiceService.getBalanceHistory, request);
      segments.push(...page.segments);
      pageToken = page.nextPageToken;
    }
    const told = { balance: { ...balance, entitlementId: '' }, segments, grants: labels.grants };
    return JSON.parse(withNames(JSON.stringify(told), labels.names)) as unknown;
  }

  /** Grants by the name that the test gave them: their ids are new in each run. */
  async #labels(customer: string): Promise<{ readonly names: ReadonlyMap<string, string>; readonly grants: readonly unknown[] }> {
    const request = {
      customers: [customer],
      entitlementIds: [],
      featureKeys: [],
      includeDeleted: true,
      orderBy: '',
      pageSize: 1_000,
      pageToken: '',
      minPosition: minPositionOf(this.#position),
    };
    const { grants } = await this.ask(GrantsServiceService.listGrants, request);
    const names = new Map(grants.map(({ id, metadata }) => [id, metadata['name'] ?? '']));
    const told = grants.map(({ id, amount, priority, effectiveAt, expiresAt, recurrence, voidTime }) => ({
      id,
      amount,
      priority,
      effectiveAt,
      expiresAt,
      recurrence,
      voidTime,
    }));
    return { names, grants: told.sort((left, right) => ((names.get(left.id) ?? '') < (names.get(right.id) ?? '') ? -1 : 1)) };
  }

  #balanceRequest(customer: string): Parameters<typeof BalancesServiceService.getBalance.requestSerialize>[0] {
    return {
      customer,
      featureKey: FEATURE,
      entitlementId: '',
      at: toTimestamp(this.trace.endMs),
      minPosition: minPositionOf(this.#position),
    };
  }

  /** Tiers that are used up one after the other, one that comes back every day, one that ends in the middle. */
  #firstGrants(customer: string): CreateGrantRequest[] {
    const daily = { interval: 'P1D', anchor: toTimestamp(this.trace.endMs - DAY_MS / 2) };
    return [
      this.#request(customer, 'daily', { amount: '20000', priority: 1, recurrence: daily }),
      this.#request(customer, 'pass', { amount: '5000', priority: 2, expiration: { count: 30, unit: ExpirationUnit.HOUR } }),
      this.#request(customer, 'package', { amount: takesLate(customer) ? '900000' : '60000', priority: 9 }),
    ];
  }

  #request(customer: string, name: string, grant: Parameters<typeof Grant.create>[0]): CreateGrantRequest {
    const effectiveAt = toTimestamp(this.trace.startMs);
    return {
      ...newRequest(),
      grant: Grant.create({ customer, featureKey: FEATURE, effectiveAt, metadata: { name }, ...grant }),
    };
  }

  #requireClient(): ServiceClient {
    if (this.#client === undefined) throw new Error('no replica is in use');
    return this.#client;
  }
}

const withNames = (text: string, names: ReadonlyMap<string, string>): string =>
  [...names].reduce((told, [id, name]) => told.replaceAll(id, name), text);

export const inGroups = async <T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> => {
  for (let at = 0; at < items.length; at += CUSTOMERS_AT_ONCE) await Promise.all(items.slice(at, at + CUSTOMERS_AT_ONCE).map(work));
};
