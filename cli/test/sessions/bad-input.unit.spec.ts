import { simulateSessionsLine } from '@drawdown/cli';
import fc from 'fast-check';

const answer = async (line: string): Promise<unknown> => JSON.parse(await simulateSessionsLine(line));

const settings = { sessionDurationMs: 10_000 };
const hit = { id: 'h1', clientId: 'A', receivedAt: 100_000 };

const scenario = (changes: Record<string, unknown>): string => JSON.stringify({ mode: 'corrected', settings, steps: [], ...changes });

const withHit = (changes: Record<string, unknown>): string => scenario({ steps: [{ hits: [{ ...hit, ...changes }] }] });

const withSettings = (changes: Record<string, unknown>): string => scenario({ settings: { ...settings, ...changes } });

describe('a line that is no scenario', () => {
  it.each([
    '',
    'not json',
    '[]',
    'null',
    '42',
    '{}',
    '{"mode":"corrected"}',
    '{"mode":"strict","settings":{"sessionDurationMs":1000},"steps":[]}',
    '{"mode":"corrected","settings":{},"steps":[]}',
    '{"mode":"corrected","settings":{"sessionDurationMs":1000}}',
    scenario({ steps: {} }),
    scenario({ steps: [null] }),
    scenario({ steps: [{}] }),
    scenario({ steps: [{ fly: true }] }),
    scenario({ steps: [{ tick: 1, ping: 1 }] }),
    scenario({ steps: [{ tick: -1 }] }),
    scenario({ steps: [{ tick: '1' }] }),
    scenario({ steps: [{ settle: 1 }] }),
    scenario({ steps: [{ ping: 1.5 }] }),
    scenario({ steps: [{ ping: 1e300 }] }),
    scenario({ steps: [{ failCloses: { A: 1 } }] }),
    scenario({ steps: [{ hits: [], headers: { 'is-ping': true } }] }),
    scenario({ steps: [{ hits: [1] }] }),
    withHit({ id: undefined }),
    withHit({ id: '' }),
    withHit({ clientId: 7 }),
    withHit({ clientId: '' }),
    withHit({ receivedAt: '100' }),
    withHit({ receivedAt: null }),
    withHit({ receivedAt: 1e20 }),
    withHit({ bodyBytes: -1 }),
    withHit({ sessionStamp: ['S'] }),
    withHit({ stamp: 'misspelt' }),
    withSettings({ sessionDurationMs: '10' }),
    withSettings({ isolation: 'some' }),
    withSettings({ tick: 1_000 }),
    withSettings({ split: true }),
    withSettings({ properties: [] }),
    '{"mode":"corrected","settings":{"sessionDurationMs":1e999},"steps":[{"ping":1e999}]}',
  ])('%s', async line => {
    expect(await answer(line)).toMatchObject({ error: 'invalidScenario' });
  });
});

describe('settings that D17 forbids', () => {
  it.each([
    { tickMs: 500 },
    { tickMs: 1_500 },
    { tickMs: -1_000 },
    { tickMs: 20_000 },
    { sessionDurationMs: 999 },
    { sessionDurationMs: 0 },
    { sessionDurationMs: -1 },
    { sessionDurationMs: 1_000.5 },
    { hardCapHits: 0 },
    { hardCapMs: 0 },
    { compactThresholdBytes: -1 },
    { properties: { q: { sessionDurationMs: 1 } } },
    { split: { maxEvents: 0 } },
  ])('%j', async changes => {
    expect(await answer(withSettings(changes))).toMatchObject({ error: 'invalidSettings' });
  });
});

it('answers the mode of the reference whatever else the line says', async () => {
  expect(await answer('{"mode":"reference","settings":7}')).toEqual({
    error: { code: 'MODE_UNSUPPORTED', message: expect.any(String) as string },
  });
});

describe('extreme input', () => {
  it('deep JSON is refused', async () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    expect(await answer(`{"mode":"corrected","settings":${deep},"steps":[]}`)).toMatchObject({ error: 'invalidScenario' });
  });

  it('far apart times are passed in one jump', async () => {
    const steps = [
      { hits: [{ ...hit, receivedAt: -8_000_000_000_000_000 }] },
      { ping: 9_000_000_000_000_000 },
      { tick: 1 },
      { tick: 1_000_000_000 },
      { settle: true },
    ];
    expect(await answer(scenario({ steps }))).toMatchObject({
      sessions: [{ bucket: -7_999_999_999_990, step: 3 }],
      nextBucket: 9_000_000_000_000,
    });
  });

  it('names like those of objects and keys are names', async () => {
    const names = ['__proto__', 'constructor', 'by.client.id.A', '[', 'a\u0000b', 'compacted.A', 'buckets.next'];
    for (const isolation of ['none', 'property']) {
      const hits = names.map((name, index) => ({
        id: name,
        clientId: name,
        receivedAt: 100_000 + index,
        sessionStamp: name,
        propertyId: name,
      }));
      const open = { ...hit, clientId: 'A', sessionStamp: 'A' };
      const answered = await answer(
        scenario({ settings: { ...settings, isolation, compactThresholdBytes: 1 }, steps: [{ hits: [open, ...hits] }, { drain: true }] }),
      );
      expect(answered).toMatchObject({ open: [], outcomes: Array.from({ length: names.length + 1 }, () => 'stored') });
      expect((answered as { sessions: unknown[] }).sessions).toHaveLength(names.length + 1);
    }
  });

  it('50,000 hits of one client, each with a stamp of its own every tenth time, end', async () => {
    const hits = Array.from({ length: 50_000 }, (_, index) => ({
      id: `h${index}`,
      clientId: 'A',
      receivedAt: 100_000 + index,
      ...(index % 10 === 0 && { sessionStamp: `s${index}` }),
    }));
    const answered = (await answer(scenario({ steps: [{ hits }, { drain: true }] }))) as { sessions: unknown[]; outcomes: unknown[] };
    expect(answered.sessions).toHaveLength(5);
    expect(answered.outcomes).toHaveLength(50_000);
  });

  it('any JSON has an answer', async () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const settingsLike = fc.record({ sessionDurationMs: value, tickMs: value, split: value, properties: value }, { requiredKeys: [] });
    const stepLike = fc.oneof(
      value,
      fc.record({ hits: fc.array(fc.record({ id: value, clientId: value, receivedAt: value }, { requiredKeys: [] })) }),
      fc.record({ tick: value }),
      fc.record({ ping: value }),
    );
    const line = fc.oneof(
      fc.string(),
      value.map(given => JSON.stringify(given)),
      fc
        .record({ mode: fc.constant('corrected'), settings: fc.oneof(settingsLike, fc.constant(settings)), steps: fc.array(stepLike) })
        .map(given => JSON.stringify(given)),
    );
    await fc.assert(
      fc.asyncProperty(line, async text => {
        const answered = (await answer(text)) as { error?: unknown };
        expect([undefined, 'invalidScenario', 'invalidSettings']).toContain(answered.error);
      }),
      { numRuns: 300 },
    );
  });
});
