import { isRefusal } from '@drawdown/errors';
import {
  canonicalJson,
  checkKind,
  checkMaxAttempts,
  checkNamespace,
  checkObjectId,
  checkTag,
  contentOf,
  DeadlineQueue,
  effectiveTimeoutMs,
  EVENT_CATEGORIES,
  expiryTtlSeconds,
  isInnerPointer,
  resolveParallelism,
  Subscription,
} from '@drawdown/reconciliation/domain';
import { scenarioInvalid, type Fields } from './fields.js';

export const readPointers = (fields: Fields, name: string): readonly string[] => {
  const pointers = fields.texts(name);
  const wrong = pointers.find(pointer => !isInnerPointer(pointer));
  if (wrong !== undefined)
    throw scenarioInvalid(`${fields.path}.${name}`, `holds ${JSON.stringify(wrong)}, which points to nothing inside`);
  return pointers;
};

/** `op: hash` (FORMAT §6); here `null` is a value. */
export const simulateHash = (fields: Fields): unknown => {
  const hashIgnore = fields.optional('hashIgnore', name => readPointers(fields, name)) ?? [];
  const a = fields.raw('a') ?? null;
  const b = fields.raw('b') ?? null;
  fields.end();
  const hashA = contentOf(a, hashIgnore).hash;
  const hashB = contentOf(b, hashIgnore).hash;
  return { same: hashA === hashB, canonicalA: canonicalJson(a, hashIgnore), hashA, hashB };
};

const CHECKS = {
  kind: checkKind,
  namespace: checkNamespace,
  tag: checkTag,
  objectId: checkObjectId,
  maxAttempts: checkMaxAttempts,
  parallelism: resolveParallelism,
} as const;

const CHECKED = Object.keys(CHECKS) as (keyof typeof CHECKS)[];

/** `op: validate`. */
export const simulateValidate = (fields: Fields): unknown => {
  const what = fields.choice('what', CHECKED);
  const value = fields.raw('value');
  fields.end();
  try {
    CHECKS[what](value);
    return { ok: true };
  } catch (error) {
    if (isRefusal(error)) return { ok: false, code: error.reason };
    throw error;
  }
};

/** `op: timeout`. */
export const simulateTimeout = (fields: Fields): unknown => {
  const definitionMs = fields.optional('definitionMs', name => fields.integer(name));
  const clientMs = fields.optional('clientMs', name => fields.integer(name));
  fields.end();
  return { timeoutMs: effectiveTimeoutMs(definitionMs, clientMs) ?? null };
};

/** `op: expiryTtl`. */
export const simulateExpiryTtl = (fields: Fields): unknown => {
  const resourceExpiryMs = fields.optional('resourceExpiryMs', name => fields.integer(name)) ?? 0;
  fields.end();
  return { expiryTtlSec: expiryTtlSeconds(resourceExpiryMs) };
};

const queueStep = (queue: DeadlineQueue, step: Fields): unknown => {
  switch (step.choice('do', ['push', 'remove', 'pop', 'peek'])) {
    case 'push':
      return queue.push(step.text('id'), step.integer('deadline'));
    case 'remove':
      return queue.remove(step.text('id'));
    case 'pop':
      return queue.pop(step.integer('at')) ?? null;
    case 'peek':
      return queue.nextAt ?? null;
  }
};

/** `op: deadlineQueue` (FORMAT §5). */
export const simulateDeadlineQueue = (fields: Fields): unknown => {
  const steps = fields.objects('steps');
  fields.end();
  const queue = new DeadlineQueue();
  const results = steps.map(step => {
    const result = queueStep(queue, step);
    step.end();
    return result;
  });
  const left: { id: string; deadline: number }[] = [];
  for (let deadline = queue.nextAt; deadline !== undefined; deadline = queue.nextAt) {
    const id = queue.pop(deadline);
    if (id !== undefined) left.push({ id, deadline });
  }
  return { results, left };
};

interface Subscribers {
  readonly accepted: Map<string, Subscription<number>>;
  readonly refused: Map<string, string>;
}

const readSubscribers = (entries: readonly Fields[]): Subscribers => {
  const subscribers: Subscribers = { accepted: new Map(), refused: new Map() };
  for (const entry of entries) {
    const id = entry.text('id');
    const chanSize = entry.optional('chanSize', name => entry.integer(name));
    const categories = entry.optional('categories', name => entry.texts(name)) ?? [];
    entry.end();
    if (subscribers.accepted.has(id) || subscribers.refused.has(id)) throw scenarioInvalid(entry.path, `is a second subscriber ${id}`);
    try {
      subscribers.accepted.set(id, new Subscription({ chanSize, categories }));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      subscribers.refused.set(id, error.reason);
    }
  }
  return subscribers;
};

/** `op: subscription` (FORMAT §6). A refused subscriber reads nothing. */
export const simulateSubscription = (fields: Fields): unknown => {
  const { accepted, refused } = readSubscribers(fields.objects('subscribers'));
  const steps = fields.objects('steps');
  fields.end();
  const reads: number[][] = [];
  let emitted = 0;
  const subscriberOf = (step: Fields): Subscription<number> | undefined => {
    const id = step.text('id');
    if (!accepted.has(id) && !refused.has(id)) throw scenarioInvalid(`${step.path}.id`, 'is nobody');
    return accepted.get(id);
  };
  for (const step of steps) {
    switch (step.choice('do', ['emit', 'read', 'cancel'])) {
      case 'emit': {
        const category = step.choice('category', EVENT_CATEGORIES);
        emitted += 1;
        for (const subscription of accepted.values()) subscription.emit(category, emitted);
        break;
      }
      case 'read': {
        const eventsMax = step.integer('max', 0);
        reads.push(subscriberOf(step)?.read(eventsMax) ?? []);
        break;
      }
      case 'cancel':
        subscriberOf(step)?.cancel();
        break;
    }
    step.end();
  }
  const dropped = [...accepted].map(([id, subscription]) => [id, subscription.dropped] as const);
  return { errors: Object.fromEntries(refused), reads, dropped: Object.fromEntries(dropped) };
};
