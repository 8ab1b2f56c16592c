import { PassThrough, Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { answerLines, simulateEntitlements, simulateEntitlementsLine } from '../src/index.js';

const RUN = {
  op: 'run',
  grants: [{ id: 'a', amount: '10', effectiveAt: '2025-03-01T00:00:00Z' }],
  start: { at: '2025-03-01T00:00:00Z' },
  until: '2025-03-02T00:00:00Z',
  usage: [['2025-03-01T01:00:00Z', '2.5']],
  want: [],
};

const VALIDATION = { error: { code: 'VALIDATION' } };

describe('simulate entitlements', () => {
  it('answers each line in its place, bad ones too, and goes on', async () => {
    const lines = [
      JSON.stringify(RUN),
      'not json',
      '',
      '[]',
      '{"op":"fly"}',
      JSON.stringify({ ...RUN, mode: 'reference' }),
      JSON.stringify(RUN),
    ];
    const output = new PassThrough();
    const answered = text(output);
    await answerLines(Readable.from([`${lines.join('\n')}\n`]), output, simulateEntitlementsLine);
    output.end();
    const answers = (await answered).trimEnd().split('\n');
    expect(answers.map(answer => JSON.parse(answer) as unknown)).toMatchObject([
      { snapshot: { balance: '7.5' } },
      VALIDATION,
      VALIDATION,
      VALIDATION,
      VALIDATION,
      { error: { code: 'MODE_UNSUPPORTED' } },
      { snapshot: { balance: '7.5' } },
    ]);
    expect(answers[6]).toBe(answers[0]);
  });

  it('waits for a slow reader instead of piling answers up', async () => {
    let pending = 0;
    let pendingMost = 0;
    const slow = new Writable({
      highWaterMark: 1,
      write(_chunk, _encoding, done) {
        setImmediate(() => {
          pending -= 1;
          done();
        });
      },
    });
    const answer = (): string => {
      pending += 1;
      pendingMost = Math.max(pendingMost, pending);
      return '{}';
    };
    await answerLines(Readable.from([`${'{}\n'.repeat(500)}`]), slow, answer);
    expect(pendingMost).toBeLessThanOrEqual(2);
  });

  it.each([
    ['an unknown field', { ...RUN, untill: RUN.until }],
    ['an unknown field of a grant', { ...RUN, grants: [{ ...RUN.grants[0], prio: 1 }] }],
    ['an unknown field of the start', { ...RUN, start: { ...RUN.start, overrage: '1' } }],
    ['an amount that is a JSON number', { ...RUN, grants: [{ ...RUN.grants[0], amount: 10 }] }],
    ['an amount that is too precise', { ...RUN, grants: [{ ...RUN.grants[0], amount: '0.0000000000001' }] }],
    ['an instant that does not exist', { ...RUN, until: '2025-02-30T00:00:00Z' }],
    ['an interval that is not one', { ...RUN, grants: [{ ...RUN.grants[0], recurrence: { interval: '1 day' } }] }],
    ['usage that is no pair', { ...RUN, usage: [['2025-03-01T01:00:00Z']] }],
    ['usage that is negative', { ...RUN, usage: [['2025-03-01T01:00:00Z', '-1']] }],
    ['something unheard of to want', { ...RUN, want: ['everything'] }],
    ['two grants of one id', { ...RUN, grants: [RUN.grants[0], RUN.grants[0]] }],
    ['an unknown mode', { ...RUN, mode: 'lenient' }],
    ['no scenario at all', null],
  ])('refuses %s', (_what, scenario) => {
    expect(simulateEntitlements(scenario)).toMatchObject(VALIDATION);
  });

  it('puts the error of a step in its place, and the story goes on', () => {
    const entitlement = { measureUsageFrom: '2025-03-01T00:00:00Z', usagePeriod: { interval: 'P1M', anchor: '2025-03-01T00:00:00Z' } };
    const now = '2025-03-02T00:00:00Z';
    const steps = [
      { now, do: 'dance' },
      { now, do: 'usage', events: [['2025-03-01T00:00:00Z', 'many']] },
      { now, do: 'read', when: now },
      { now: '2025-03-01T00:00:00Z', do: 'read' },
      { now, do: 'read' },
    ];
    expect(simulateEntitlements({ op: 'entitlement', entitlement, steps })).toMatchObject({
      steps: [VALIDATION, VALIDATION, VALIDATION, { at: '2025-03-01T00:00:00Z' }, { balance: '0', usageInPeriod: '0' }],
    });
  });

  it('refuses a clock that goes back, and a usage period under an hour', () => {
    const usagePeriod = { interval: 'P1M', anchor: '2025-03-01T00:00:00Z' };
    const entitlement = { measureUsageFrom: '2025-03-01T00:00:00Z', usagePeriod };
    const steps = [
      { now: '2025-03-02T00:00:00Z', do: 'read' },
      { now: '2025-03-01T00:00:00Z', do: 'read' },
    ];
    expect(simulateEntitlements({ op: 'entitlement', entitlement, steps })).toMatchObject({ steps: [{ balance: '0' }, VALIDATION] });
    const short = { ...entitlement, usagePeriod: { ...usagePeriod, interval: 'PT59M' } };
    expect(simulateEntitlements({ op: 'entitlement', entitlement: short, steps: [] })).toMatchObject(VALIDATION);
  });
});
