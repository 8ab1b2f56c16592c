import { isRefusal } from '@drawdown/errors';
import fc from 'fast-check';
import { assertInvariants, dueTime, type ResourceCommand, type ResourceRecord, type WorkOutcome } from '../../src/domain/index.js';
import { at, claim, complete, FAILURE, GONE, inform, informed, list, Story, SUCCESS } from '../given.js';
import { play, RETENTION_MS, TTL_MS, type Model, type Step } from './model.js';

const REPLICAS = 3;

const value = fc.integer({ min: 0, max: 2 });
const replica = fc.nat(REPLICAS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('inform' as const), value, max: fc.integer({ min: 1, max: 4 }), quiet: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('list' as const), value, all: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('claim' as const), replica }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('complete' as const),
      replica,
      how: fc.constantFrom(
        'ok' as const,
        'fail' as const,
        'fail' as const,
        'gone' as const,
        'never' as const,
        'later' as const,
        'stop' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('beat' as const), replica }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('invalidate' as const, 'expire' as const, 'reschedule' as const, 'retry' as const, 'clean' as const),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 999, 1_000, 16_000, 20_001, 32_000, 90_000) }),
  },
);

const OUTCOMES: Readonly<Record<string, WorkOutcome>> = {
  ok: SUCCESS,
  fail: FAILURE,
  gone: GONE,
  never: { type: 'terminal', error: 'no', trace: '' },
  later: { type: 'requeue-after', delayMs: 5_000, converged: false },
  stop: { type: 'stopped' },
};

const RETENTION = { deletedMs: RETENTION_MS, syncedMs: RETENTION_MS, degradedMs: RETENTION_MS, expires: false };
const TARGET = { kind: 'user', objectId: 'u1' };

/** The command of the domain that a step of the model means. */
const commandOf = (each: Step, now: number, tokens: readonly number[]): ResourceCommand | undefined => {
  switch (each.do) {
    case 'inform': {
      const given = informed({ id: 'u1', value: each.value }, { maxAttempts: each.max });
      return inform(now, { informed: given, onlyIfChanged: each.quiet });
    }
    case 'list':
      return list(now, { informed: informed({ id: 'u1', value: each.value }), processExisting: each.all });
    case 'claim':
      return claim(now, `replica ${each.replica}`);
    case 'complete':
      return complete(now, tokens[each.replica] ?? -1, OUTCOMES[each.how] ?? SUCCESS);
    case 'beat':
      return { type: 'heartbeat', now, token: tokens[each.replica] ?? -1 };
    case 'invalidate':
      return { type: 'invalidate', now, ...TARGET, immediate: false };
    case 'expire':
      return { type: 'expire', now, ttlMs: TTL_MS };
    case 'reschedule':
      return { type: 'reschedule', now };
    case 'retry':
      return { type: 'retry', now, ...TARGET };
    case 'clean':
      return { type: 'remove', now, retention: RETENTION };
    case 'wait':
      return undefined;
  }
};

const give = (story: Story, command: ResourceCommand): unknown => {
  try {
    return story.give(command);
  } catch (error) {
    if (isRefusal(error)) return error.reason;
    throw error;
  }
};

const outcomeOf = (answer: unknown): unknown =>
  typeof answer === 'object' && answer !== null && 'outcome' in answer ? answer.outcome : answer;

const seen = (record: ResourceRecord | undefined): unknown =>
  record && {
    state: record.state,
    attempt: record.attempt,
    cycle: record.cycleAttempt,
    max: record.maxAttempts,
    generation: record.generation,
    observed: record.observedGeneration,
    requests: record.requestSeq,
    synced: record.syncedAt,
    due: record.nextAttemptAt,
    errors: record.errorCount,
    claims: record.leaseToken,
    until: record.lease?.expiresAt,
  };

const expected = (model: Model | null): unknown => model && { ...model, value: undefined, held: undefined, until: model.held?.until };

const removable = (model: Model | null, record: ResourceRecord | undefined, now: number): boolean => {
  const restsSince =
    model?.state === 'synced' ? model.synced : ['deleted', 'degraded'].includes(model?.state ?? '') ? record?.attemptedAt : null;
  return restsSince !== null && restsSince !== undefined && restsSince < now - RETENTION_MS;
};

describe('one resource, three replicas and a clock (reconciliation §19.1, §19.3)', () => {
  it('is what the plain model says after every step, and keeps its invariants', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const story = new Story();
        let model: Model | null = null;
        let now = at(0);
        const tokens: number[] = Array.from({ length: REPLICAS }, () => -1);
        const claims: number[] = Array.from({ length: REPLICAS }, () => -1);
        for (const each of steps) {
          if (each.do === 'wait') now += each.ms;
          const before = story.state;
          const played = play(model, each, now, claims);
          model = each.do === 'clean' && removable(model, before, now) ? null : played.model;
          const command = commandOf(each, now, tokens);
          const answer = command && outcomeOf(give(story, command));
          if (played.answer !== null) expect(answer).toBe(played.answer);
          if (each.do === 'claim' && answer === 'claimed') {
            tokens[each.replica] = story.token;
            claims[each.replica] = story.record.leaseToken;
          }
          // Claims of a record that was removed are numbered anew; nobody holds those of the old one any more.
          if (model === null) claims.fill(-1);
          expect(seen(story.state) ?? null).toEqual(expected(model));
          if (story.state !== undefined && story.state !== before)
            assertInvariants(before?.id === story.state.id ? before : undefined, story.state);
        }
      }),
      { numRuns: 600 },
    );
  });

  it('accepts one outcome for one claim, whoever sends it and how often', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const story = new Story();
        const tokens: number[] = [];
        const accepted: number[] = [];
        let now = at(0);
        for (const each of steps) {
          if (each.do === 'wait') now += each.ms;
          const command = commandOf(each, now, tokens.slice(-REPLICAS));
          const answer = command && give(story, command);
          if (each.do === 'claim' && outcomeOf(answer) === 'claimed') tokens.push(story.token);
          if (command?.type === 'complete' && answer === 'accepted') accepted.push(command.token);
        }
        expect(new Set(tokens).size).toBe(tokens.length);
        expect(new Set(accepted).size).toBe(accepted.length);
        expect(accepted).toEqual([...accepted].sort((left, right) => left - right));
      }),
      { numRuns: 300 },
    );
  });
});

describe('whatever woke it or did not (§19.2)', () => {
  it('is worked to an end by an owner that only follows the due times', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        const story = new Story();
        let now = at(0);
        for (const each of steps) {
          if (each.do === 'wait') now += each.ms;
          const command = commandOf(each, now, []);
          if (command !== undefined) give(story, command);
        }
        for (let turn = 0; turn < 3; turn += 1) {
          const dueAt = story.state && dueTime(story.state, false);
          if (dueAt === undefined) break;
          now = Math.max(now, dueAt);
          expect(outcomeOf(story.give(claim(now, 'last')))).toMatch(/^(claimed|degraded)$/);
          give(story, complete(now, story.token, SUCCESS));
        }
        const rest = ['synced', 'expired', 'degraded', 'deleted', undefined];
        expect(rest).toContain(story.state?.state);
      }),
      { numRuns: 300 },
    );
  });
});
