import type { InstantMs } from '@drawdown/calendar';
import { LIMITS, NAMESPACE_DEFAULT, retentionOf, type ClaimAnswer, type WorkOutcome } from '@drawdown/reconciliation/domain';
import type { Fields } from './fields.js';
import { inform, readInformOptions, readObject } from './kinds.js';
import { readOutcome } from './outcomes.js';
import { toScenario } from './time.js';
import { keyOf, type Moment, type World } from './world.js';

interface Target {
  readonly kind: string;
  readonly objectId: string;
  readonly key: string;
}

const readTarget = (fields: Fields): Target => {
  const kind = fields.text('kind');
  const objectId = fields.text('id');
  return { kind, objectId, key: keyOf(kind, objectId) };
};

export const informOne = (world: World, { now, fields }: Moment): unknown => {
  const kindName = fields.text('kind');
  const object = readObject(fields.raw('object'), `${fields.path}.object`);
  const given = fields.optional('opts', name => fields.object(name));
  const onlyIfChanged = given?.optional('onlyIfChanged', name => given.flag(name)) ?? false;
  const options = given && readInformOptions(given);
  given?.end();
  fields.end();
  const kind = world.kinds.require(kindName);
  const informed = inform(kind, object, options);
  world.commandNamespace({ type: 'ensure', now, name: informed.options.namespace });
  const key = keyOf(kindName, object.id);
  const { alreadyExists, skipped, namespaceIgnored } = world.command(key, {
    type: 'inform',
    now,
    informed,
    newId: world.newId(),
    rules: kind.rules,
    onlyIfChanged,
  });
  return { alreadyExists, ...(skipped && { skipped }), ...(namespaceIgnored && { namespaceIgnored }) };
};

const claimAt = (world: World, key: string, now: InstantMs, owner: string): { readonly answer: ClaimAnswer; readonly shown: unknown } => {
  const answer = world.command(key, { type: 'claim', now, owner });
  return { answer, shown: answer.outcome === 'claimed' ? { ...answer, token: world.find(key)?.leaseToken } : answer };
};

export const claim = (world: World, { now, fields }: Moment): unknown => {
  const { key } = readTarget(fields);
  const owner = fields.optional('owner', name => fields.text(name)) ?? 'simulation';
  fields.end();
  return claimAt(world, key, now, owner).shown;
};

/** No claim has it: versions begin with 1. */
const NO_TOKEN = 0;

/** A scenario names claims by their number, the domain by their version; absent is the present one. */
const readToken = (world: World, key: string, fields: Fields): number => {
  const record = world.find(key);
  const shown = fields.optional('token', name => fields.integer(name)) ?? record?.leaseToken;
  return (shown === record?.leaseToken ? record?.lease?.token : undefined) ?? NO_TOKEN;
};

export const heartbeat = (world: World, { now, fields }: Moment): unknown => {
  const { key } = readTarget(fields);
  const token = readToken(world, key, fields);
  fields.end();
  const answer = world.command(key, { type: 'heartbeat', now, token });
  return answer.outcome === 'extended' ? { ...answer, leaseExpiresAt: toScenario(answer.leaseExpiresAt) } : answer;
};

const completeAt = (world: World, { kind, key }: Target, now: InstantMs, token: number, outcome: WorkOutcome): unknown => ({
  outcome: world.command(key, { type: 'complete', now, token, outcome, rules: world.kinds.find(kind)?.rules ?? {} }),
});

export const complete = (world: World, { now, fields }: Moment): unknown => {
  const target = readTarget(fields);
  const token = readToken(world, target.key, fields);
  const outcome = readOutcome(fields.object('outcome'));
  fields.end();
  return completeAt(world, target, now, token, outcome);
};

/** Claim and completion in one; answers the claim. */
export const work = (world: World, { now, fields }: Moment): unknown => {
  const target = readTarget(fields);
  const outcome = readOutcome(fields.object('outcome'));
  const durationMs = fields.optional('durationMs', name => fields.integer(name, 0)) ?? 0;
  fields.end();
  const { answer, shown } = claimAt(world, target.key, now, 'simulation');
  const token = world.find(target.key)?.lease?.token;
  if (answer.outcome === 'claimed' && token !== undefined) completeAt(world, target, now + durationMs, token, outcome);
  return shown;
};

export const invalidate = (world: World, { now, fields }: Moment): unknown => {
  const { kind, objectId, key } = readTarget(fields);
  const immediate = fields.optional('immediate', name => fields.flag(name)) ?? false;
  fields.end();
  world.command(key, { type: 'invalidate', now, kind, objectId, immediate });
  return {};
};

export const retry = (world: World, { now, fields }: Moment): unknown => {
  const { kind, objectId, key } = readTarget(fields);
  fields.end();
  world.command(key, { type: 'retry', now, kind, objectId });
  return {};
};

export const suspend = (world: World, { now, fields }: Moment): unknown => {
  const { kind, objectId, key } = readTarget(fields);
  const reason = fields.optional('reason', name => fields.text(name)) ?? '';
  fields.end();
  world.command(key, { type: 'suspend', now, kind, objectId, reason, by: 'simulation', until: null });
  return {};
};

export const resume = (world: World, { now, fields }: Moment): unknown => {
  const { kind, objectId, key } = readTarget(fields);
  fields.optional('reason', name => fields.text(name));
  fields.end();
  world.command(key, { type: 'resume', now, kind, objectId });
  return {};
};

export const expire = (world: World, { now }: Moment): { readonly expired: string[] } => {
  const expired: string[] = [];
  for (const { kind, objectId, namespace, state } of world.resources()) {
    const ttlMs = (world.namespace(namespace)?.expiryTtlSeconds ?? 0) * 1_000;
    if (state !== 'synced' || ttlMs === 0) continue;
    const key = keyOf(kind, objectId);
    if (world.command(key, { type: 'expire', now, ttlMs }) === 'done') expired.push(key);
  }
  return { expired: expired.sort() };
};

export const reschedule = (world: World, { now }: Moment): { readonly rescheduled: string[] } => {
  const rescheduled: string[] = [];
  for (const { kind, objectId, state } of world.resources()) {
    if (state !== 'expired') continue;
    const key = keyOf(kind, objectId);
    if (world.command(key, { type: 'reschedule', now }) === 'done') rescheduled.push(key);
  }
  return { rescheduled: rescheduled.sort() };
};

export const rescue = (world: World, { now }: Moment): { readonly hinted: string[] } => ({
  hinted: world.rescuer
    .rescue(world.resources(), now)
    .map(({ kind, objectId }) => keyOf(kind, objectId))
    .sort(),
});

/** The three passes in their order. */
export const maintain = (world: World, moment: Moment): unknown => ({
  ...expire(world, moment),
  ...reschedule(world, moment),
  ...rescue(world, moment),
});

/** The cleaner's run over the namespaces that have a record, and the default one. */
export const clean = (world: World, { now }: Moment): unknown => {
  const removed: string[] = [];
  const resources = world.resources();
  for (const namespace of new Set([...world.namespaces().map(({ name }) => name), NAMESPACE_DEFAULT])) {
    const retention = retentionOf(world.namespace(namespace), world.settings);
    let left: number = LIMITS.cleanedPerNamespaceMax;
    for (const record of resources) {
      if (left === 0) break;
      if (record.namespace !== namespace) continue;
      const key = keyOf(record.kind, record.objectId);
      if (world.command(key, { type: 'remove', now, retention }) !== 'done') continue;
      removed.push(key);
      left -= 1;
    }
  }
  return { removed: removed.sort() };
};
