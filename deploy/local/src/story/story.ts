import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DrawdownClient, natsPublisher, type UsagePublisher } from '@drawdown/cli';
import { componentsOf, decodePosition, encodePosition, mergePositions, Subjects, type Position } from '@drawdown/eventlog';
import { DEPLOYMENT } from '../steps/provision.js';
import type { Stage, Step } from '../steps/step.js';
import { endingAt, readCalls, tokensOf, type Call } from './calls.js';
import { createCatalogue } from './catalogue.js';
import { requireAgreement } from './comparing.js';
import { expectedOutcome, MINUTE_MS } from './expectation.js';
import { fromTokens, grouped } from './hundredths.js';
import { openNamespace } from './namespace.js';
import { plansFor, type CustomerPlan } from './plans.js';
import { progressOf } from './progress.js';
import { promise } from './promises.js';
import { publishCalls } from './publishing.js';
import { readOutcome } from './reading.js';
import { storyTable } from './table.js';
import { tellOfPools } from './pools/tell.js';
import { tellOfSessions } from './web/tell.js';

/** Customers that are set up, or read, at the same time. */
const CUSTOMERS_AT_ONCE = 8;
const COMMANDS_TO_TRY = [
  'balance cust-03',
  'balance cust-04 --feature llm-tokens --history',
  'access cust-01 llm-tokens',
  'sessions list web-in-order --client 4db38a4425c3',
  'sessions show web-in-order hits-web-2654',
  'balance web-site',
  'pools list',
  'pools explain 1',
  'pools segments 1 --limit 20',
];
const SAMPLE = join('deploy', 'local', 'sample', 'usage-llm.csv');

/** Tells with real calls what the product does, and fails when one printed figure is not what an independent computation says. */
export const storyStep: Step = {
  title: 'story',
  run: async stage => {
    const { launch } = stage;
    const { namespace, token } = await openNamespace(stage, addressOf(stage, 'entitlements'));
    const clientOf = (service: string) => new DrawdownClient({ address: addressOf(stage, service), token });
    const entitlements = clientOf('entitlements');
    const sessions = clientOf('sessions');
    const capacity = clientOf('capacity');
    try {
      await tellOfUsage(stage, entitlements, namespace);
      const deployment = { url: stage.variables['DRAWDOWN_NATS_URL'] ?? '', namespace, prefix: DEPLOYMENT };
      await tellOfSessions({ stage, deployment, entitlements, sessions });
      await tellOfPools({ stage, namespace, client: capacity });
    } finally {
      entitlements.close();
      sessions.close();
      capacity.close();
    }
    launch.say('\nTry:');
    for (const words of COMMANDS_TO_TRY) launch.say(`  npx drawdown ${words}`);
  },
};

const addressOf = ({ addresses }: Stage, service: string): string => {
  const address = addresses.get(service);
  assert(address !== undefined, 'the service was started');
  return address;
};

const tellOfUsage = async (stage: Stage, client: DrawdownClient, namespace: string): Promise<void> => {
  const { launch } = stage;
  const calls = endingAt(await readCalls(join(launch.workspace.root, SAMPLE)), Date.now());
  const byCustomer = groupByCustomer(calls);
  const plans = plansFor(new Map([...byCustomer].map(([customer, own]) => [customer, tokensIn(own)])));
  const startMs = floorToMinute(Math.min(...calls.map(({ timeMs }) => timeMs)));
  const endMs = floorToMinute(Math.max(...calls.map(({ timeMs }) => timeMs))) + MINUTE_MS;

  launch.say(`\nThe story: ${String(calls.length)} calls of language models, by ${String(plans.length)} customers, within the last hour.`);
  await createCatalogue(client);
  const promised = await inGroups(plans, plan => promise(client, plan, startMs));
  launch.say(`Entitlements for all, and ${String(plans.reduce((count, plan) => count + plan.grants.length, 0))} grants.`);

  const published = await publish(stage, namespace, calls);
  const positions = positionsByCustomer(plans, promised, published, namespace);
  const read = await inGroups(plans, ({ customer }) =>
    readOutcome(client, { customer, atMs: endMs, position: positions.get(customer) ?? '' }),
  );
  const expected = plans.map(plan => expectedOutcome(plan, byCustomer.get(plan.customer) ?? [], startMs, endMs));
  launch.say(storyTable(plans, read));
  const used = requireAgreement(read, expected, tokensIn(calls));
  launch.say(
    `Used by all customers, read over gRPC: ${grouped(used)} tokens. In the file: ${grouped(fromTokens(tokensIn(calls)))}. Equal, exactly.`,
  );
  launch.say('Every figure above was computed a second time, minute by minute from the file, and agrees.');
};

const publish = async (stage: Stage, namespace: string, calls: readonly Call[]): Promise<Position> => {
  const options = { url: stage.variables['DRAWDOWN_NATS_URL'] ?? '', namespace, prefix: DEPLOYMENT };
  const opened: UsagePublisher[] = [];
  const open = async (form: 'envelopes' | 'single'): Promise<UsagePublisher> => {
    const publisher = await natsPublisher({ ...options, form });
    opened.push(publisher);
    return publisher;
  };
  const progress = progressOf(stage.launch.say, 'Publishing to JetStream', calls.length);
  const startedAt = performance.now();
  try {
    const publishers = { envelopes: await open('envelopes'), single: await open('single') };
    return await publishCalls(publishers, calls, progress.update);
  } finally {
    progress.end(`${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
    await Promise.all(opened.map(publisher => publisher.close()));
  }
};

/** Each customer is asked for its own partition only, so a token names only that. */
const positionsByCustomer = (
  plans: readonly CustomerPlan[],
  promised: readonly string[],
  published: Position,
  namespace: string,
): ReadonlyMap<string, string> => {
  const subjects = new Subjects(DEPLOYMENT);
  const token = (customer: string, promise: string): string => {
    const usage = componentsOf(published, subjects.customerPartition(namespace, customer));
    return encodePosition(mergePositions(decodePosition(promise), usage));
  };
  return new Map(plans.map(({ customer }, index) => [customer, token(customer, promised[index] ?? '')]));
};

const groupByCustomer = (calls: readonly Call[]): ReadonlyMap<string, readonly Call[]> => {
  const groups = new Map<string, Call[]>();
  for (const call of calls) {
    const own = groups.get(call.customer);
    if (own === undefined) groups.set(call.customer, [call]);
    else own.push(call);
  }
  return groups;
};

const tokensIn = (calls: readonly Call[]): number => calls.reduce((total, call) => total + tokensOf(call), 0);

const floorToMinute = (instantMs: number): number => instantMs - (instantMs % MINUTE_MS);

/** A few at a time, answers in the order of the items. */
const inGroups = async <Item, Answer>(items: readonly Item[], work: (item: Item) => Promise<Answer>): Promise<readonly Answer[]> => {
  const answers: Answer[] = [];
  for (let at = 0; at < items.length; at += CUSTOMERS_AT_ONCE) {
    answers.push(...(await Promise.all(items.slice(at, at + CUSTOMERS_AT_ONCE).map(work))));
  }
  return answers;
};
