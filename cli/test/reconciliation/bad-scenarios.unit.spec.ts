import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { simulateReconciliationLine } from '@drawdown/cli';
import fc from 'fast-check';

const DATA = join(dirname(fileURLToPath(import.meta.url)), 'vectors', 'data');

interface Answer {
  readonly error?: { readonly code: string; readonly message: string };
  readonly steps?: readonly { readonly error?: { readonly code: string } }[];
}

const answerTo = (line: string): Answer => JSON.parse(simulateReconciliationLine(line)) as Answer;

const answer = (scenario: unknown): Answer => answerTo(JSON.stringify(scenario));

const inputs = ['controller', 'goalstate', 'small'].flatMap(file =>
  readFileSync(join(DATA, `${file}.jsonl`), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => (JSON.parse(line) as { readonly input: unknown }).input),
);

const KIND = { namespaces: { default: {} }, kinds: { user: {} } };
const controller = (steps: readonly unknown[], more: object = {}): unknown => ({ op: 'controller', ...KIND, ...more, steps });
const goalstate = (change: object): unknown => ({
  op: 'goalstate',
  failureRetryDelayMs: 100,
  maxRetryDelayMs: 400,
  actions: { a: {} },
  plan: { 's>g': ['a'] },
  entities: { e: { state: 's', goal: 'g' } },
  steps: [
    { at: 0, do: 'start' },
    { at: 0, do: 'enqueue', id: 'e', deadline: 0 },
  ],
  until: 10_000,
  ...change,
});

describe('scenarios that cannot be read', () => {
  it.each([
    ['no JSON', 'nonsense'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
  ])('answers %s with SCENARIO_INVALID', (_what, line) => {
    expect(answerTo(line).error?.code).toBe('SCENARIO_INVALID');
  });

  it.each([
    ['an unknown operation', { op: 'fly' }],
    ['an operation that every object has', { op: 'constructor' }],
    ['no operation', { mode: 'corrected' }],
    ['an unknown mode', { op: 'timeout', mode: 'lenient' }],
    ['an unknown member', { op: 'timeout', definitonMs: 5 }],
    ['a step without its instant', controller([{ do: 'expire' }])],
    ['a step of an unknown name', controller([{ at: 0, do: 'dance' }])],
    ['a step with a member too many', controller([{ at: 0, do: 'expire', kind: 'user' }])],
    [
      'a clock that goes back',
      controller([
        { at: 5, do: 'expire' },
        { at: 4, do: 'expire' },
      ]),
    ],
    ['half a millisecond', controller([{ at: 0.5, do: 'expire' }])],
    ['an instant beyond all dates', controller([{ at: Number.MAX_SAFE_INTEGER, do: 'expire' }])],
    ['an object without an id', controller([{ at: 0, do: 'inform', kind: 'user', object: {} }])],
    ['an object that is none', controller([{ at: 0, do: 'inform', kind: 'user', object: ['id'] }])],
    ['work without an outcome', controller([{ at: 0, do: 'work', kind: 'user', id: 'u' }])],
    ['an unheard-of outcome', controller([{ at: 0, do: 'work', kind: 'user', id: 'u', outcome: { type: 'luck' } }])],
    ['a pointer that is none', controller([], { kinds: { user: { hashIgnore: ['v'] } } })],
    ['a pointer to everything', controller([], { kinds: { user: { hashIgnore: [''] } } })],
    ['an unknown backoff', controller([], { kinds: { user: { backoff: { type: 'random' } } } })],
    ['attempts below 1', { op: 'backoff', policy: { type: 'work' }, attempts: [0] }],
    ['an action that is not there', goalstate({ plan: { 's>g': ['b'] } })],
    ['an entity that is not there', goalstate({ steps: [{ at: 0, do: 'enqueue', id: 'x', deadline: 0 }] })],
    ['a result that is none', goalstate({ actions: { a: { results: ['maybe'] } } })],
    ['a loop without end', goalstate({ actions: { a: { results: ['fail'] } }, failureRetryDelayMs: 0, backoff: 'linear' })],
    ['an entity that calls itself for ever', goalstate({ actions: { a: { onOk: { enqueue: { id: 'e', inMs: 0 } } } } })],
    [
      'two subscribers of one id',
      {
        op: 'subscription',
        steps: [],
        subscribers: [
          { id: 's', categories: [] },
          { id: 's', categories: [] },
        ],
      },
    ],
    ['a reader who is nobody', { op: 'subscription', subscribers: [], steps: [{ do: 'read', id: 's', max: 1 }] }],
  ])('answers %s with SCENARIO_INVALID', (_what, scenario) => {
    expect(answer(scenario).error?.code).toBe('SCENARIO_INVALID');
  });

  it.each([
    ['a kind of a bad name', controller([], { kinds: { User: {} } }), 'KIND_INVALID'],
    ['a kind that is reserved', controller([], { kinds: { maintenance: {} } }), 'KIND_RESERVED'],
    ['a namespace of a bad name', controller([], { namespaces: { '': {} } }), 'NAMESPACE_EMPTY'],
    [
      'a namespace that expires and removes',
      controller([], { namespaces: { n: { resourceExpiryMs: 1_000, syncedRetentionMs: 1_000 } } }),
      'EXPIRY_AND_RETENTION_CONFLICT',
    ],
    ['a negative retention', controller([], { client: { deletedRetentionMs: -1 } }), 'INTERVAL_INVALID'],
  ])('refuses %s as a start would', (_what, scenario, code) => {
    expect(answer(scenario).error?.code).toBe(code);
  });
});

describe('steps that are refused', () => {
  const inform = (object: object, opts?: object): object => ({ at: 0, do: 'inform', kind: 'user', object, opts });
  const deep = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as unknown;

  it.each([
    ['an unknown kind', { ...inform({ id: 'u' }), kind: 'nobody' }, 'CONTROLLER_NOT_REGISTERED'],
    ['an id that is empty', inform({ id: '' }), 'OBJECT_ID_INVALID'],
    ['an id that is too long', inform({ id: 'x'.repeat(255) }), 'OBJECT_ID_INVALID'],
    ['an object that is too large', inform({ id: 'u', text: 'x'.repeat(300_000) }), 'OBJECT_TOO_LARGE'],
    ['an object that is too deep', inform({ id: 'u', deep: deep(600) }), 'OBJECT_NOT_SERIALIZABLE'],
    ['tags that are no list', inform({ id: 'u' }, { tags: 'abc' }), 'TAG_INVALID'],
    ['a tag that is no text', inform({ id: 'u' }, { tags: [7] }), 'TAG_INVALID'],
    ['a tag that is too long', inform({ id: 'u' }, { tags: ['x'.repeat(256)] }), 'TAG_TOO_LONG'],
    ['metadata that is a list', inform({ id: 'u' }, { metadata: [] }), 'METADATA_INVALID'],
    ['metadata that is the system’s', inform({ id: 'u' }, { metadata: { 'drawdown:x': 1 } }), 'METADATA_INVALID'],
    ['metadata that is too large', inform({ id: 'u' }, { metadata: { k: 'x'.repeat(20_000) } }), 'METADATA_INVALID'],
    ['half an attempt', inform({ id: 'u' }, { maxAttempts: 1.5 }), 'MAX_ATTEMPTS_INVALID'],
    ['too many attempts', inform({ id: 'u' }, { maxAttempts: 32_768 }), 'MAX_ATTEMPTS_INVALID'],
    ['a bad namespace', inform({ id: 'u' }, { namespace: 'a__b' }), 'NAMESPACE_INVALID'],
    ['an unknown kind to list', { at: 0, do: 'informRun', kind: 'nobody' }, 'CONTROLLER_NOT_REGISTERED'],
    ['an unknown kind to ask for', { at: 0, do: 'scheduleInform', kind: 'nobody' }, 'CONTROLLER_NOT_REGISTERED'],
    ['nobody to suspend', { at: 0, do: 'suspend', kind: 'user', id: 'u' }, 'RESOURCE_NOT_FOUND'],
    ['nobody to resume', { at: 0, do: 'resume', kind: 'user', id: 'u' }, 'RESOURCE_NOT_FOUND'],
    ['nobody to try again', { at: 0, do: 'retry', kind: 'user', id: 'u' }, 'RESOURCE_NOT_FOUND'],
  ])('says so for %s, and changes nothing', (_what, step, code) => {
    const answered = answer(controller([step]));
    expect(answered).toMatchObject({ steps: [{ error: { code } }], resources: [] });
    expect(answered.steps?.[0]).not.toHaveProperty('changed');
  });

  it('is not overwhelmed by what is nested a hundred thousand times', () => {
    const object = `{"id":"u","deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const line = `{"op":"controller","kinds":{"user":{}},"steps":[{"at":0,"do":"inform","kind":"user","object":${object}}]}`;
    expect(answerTo(line)).toMatchObject({ steps: [{ error: { code: 'OBJECT_NOT_SERIALIZABLE' } }] });
  });

  it('goes on after it', () => {
    const steps = [inform({ id: 'u' }, { tags: ['-'] }), inform({ id: 'u' })];
    expect(answer(controller(steps))).toMatchObject({ steps: [{ error: { code: 'TAG_INVALID' } }, { result: { alreadyExists: false } }] });
  });

  it('keeps names that every object has apart from its own', () => {
    const text = '{"id":"__proto__","__proto__":{"tags":["abc"]},"constructor":1}';
    const line = `{"op":"controller","kinds":{"user":{}},"steps":[{"at":0,"do":"inform","kind":"user","object":${text}}]}`;
    const [resource] = (answerTo(line) as { readonly resources: readonly { readonly object: unknown; readonly tags: unknown }[] })
      .resources;
    expect(JSON.stringify(resource?.object)).toBe('{"__proto__":{"tags":["abc"]},"constructor":1,"id":"__proto__"}');
    expect(resource?.tags).toEqual([]);
  });
});

/** Anything that JSON can say, in the place of anything else. */
const anything = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 0, 1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, '', '__proto__', 'user', [], {}, [null], { id: 'x' }),
  fc.jsonValue(),
);

/** Replaces what lies at a random place. */
const mutate = (value: unknown, path: readonly number[], instead: unknown): unknown => {
  const [turn, ...rest] = path;
  if (turn === undefined || typeof value !== 'object' || value === null) return instead;
  if (Array.isArray(value)) {
    const at = turn % Math.max(value.length, 1);
    return (value as readonly unknown[]).map((each, index) => (index === at ? mutate(each, rest, instead) : each));
  }
  const names = Object.keys(value);
  const name = names[turn % Math.max(names.length, 1)] ?? 'more';
  return { ...value, [name]: mutate((value as Readonly<Record<string, unknown>>)[name], rest, instead) };
};

describe('any scenario', () => {
  it('is answered, and never with a fault of ours', () => {
    fc.assert(
      fc.property(fc.constantFrom(...inputs), fc.array(fc.nat(50), { maxLength: 6 }), anything, (input, path, instead) => {
        const scenario = { ...(mutate(input, [...path, 0], instead) as object), mode: 'corrected' };
        expect(answer(scenario).error?.code).not.toBe('INTERNAL');
      }),
      { numRuns: 1_500 },
    );
  });
});
