import { after, at, claim, complete, FAILURE, GONE, inform, SUCCESS, synced, wake, type Story } from '../given.js';

/** The record that example 37 begins with: it asks to be looked at at 13:00. */
const scheduledForOne = (): Story => {
  const story = synced(at(0));
  story.give(wake(at(0), at(3_600)));
  return story;
};

const claimed = (): Story => after(inform(at(0)), claim(at(0)));

describe('a wake (reconciliation §6.5, example 37)', () => {
  it('makes a record that is due at the deadline if there is none', () => {
    const story = after(wake(at(0), at(60)));
    expect(story.record).toMatchObject({ state: 'scheduled', nextAttemptAt: at(60), scheduledAt: at(0), requestSeq: 1, attempt: 0 });
  });

  it('never postpones: later waits, and nothing is appended', () => {
    const story = scheduledForOne();
    expect(story.give(wake(at(3_000), at(10_800)))).toBe('left');
    expect(story.give(wake(at(3_000), at(3_600)))).toBe('left');
    expect(story.record).toMatchObject({ nextAttemptAt: at(3_600), requestSeq: 2 });
  });

  it('brings forward what is scheduled, and keeps its cycle', () => {
    const story = scheduledForOne();
    const { scheduledAt } = story.record;
    expect(story.give(wake(at(3_000), at(3_300)))).toBe('woken');
    expect(story.record).toMatchObject({ state: 'scheduled', nextAttemptAt: at(3_300), scheduledAt, requestSeq: 3 });
  });

  it('brings forward what failed, and keeps its count', () => {
    const story = after(inform(at(0)));
    story.work(at(0), FAILURE);
    expect(story.give(wake(at(0.2), at(0.5)))).toBe('woken');
    expect(story.record).toMatchObject({ state: 'failed', cycleAttempt: 1, nextAttemptAt: at(0.5) });
  });

  it('supersedes no outcome, and schedules what the outcome leaves', () => {
    const story = claimed();
    story.give(wake(at(1), at(10_800)));
    expect(story.record).toMatchObject({ state: 'pending', wakeAt: at(10_800), nextAttemptAt: null });
    story.give(complete(at(2), story.token, SUCCESS));
    const last = story.events.at(-1);
    expect(last?.category).toBe('object_synced');
    expect(last).not.toHaveProperty('superseded');
    expect(story.record).toMatchObject({
      state: 'scheduled',
      nextAttemptAt: at(10_800),
      wakeAt: null,
      syncedAt: null,
      observedGeneration: 1,
    });
  });

  it('is kept at its earliest', () => {
    const story = claimed();
    story.give(wake(at(1), at(100)));
    expect(story.give(wake(at(1), at(200)))).toBe('left');
    expect(story.give(wake(at(1), at(50)))).toBe('woken');
    expect(story.record.wakeAt).toBe(at(50));
  });

  it('brings forward the retry of a failure, or leaves it', () => {
    const early = claimed();
    early.give(wake(at(0), at(0.3)));
    early.give(complete(at(0), early.token, FAILURE));
    expect(early.record).toMatchObject({ state: 'failed', cycleAttempt: 1, nextAttemptAt: at(0.3) });
    const late = claimed();
    late.give(wake(at(0), at(500)));
    late.give(complete(at(0), late.token, FAILURE));
    expect(late.record).toMatchObject({ state: 'failed', nextAttemptAt: at(1), wakeAt: null });
  });

  it('brings back what the outcome deleted or degraded', () => {
    for (const outcome of [GONE, { type: 'terminal', error: 'no', trace: '' } as const]) {
      const story = claimed();
      story.give(wake(at(0), at(70)));
      story.give(complete(at(1), story.token, outcome));
      expect(story.record).toMatchObject({ state: 'scheduled', cycleAttempt: 0, nextAttemptAt: at(70) });
    }
  });

  it('does not hide an inform that came during the attempt', () => {
    const story = claimed();
    story.give(inform(at(1)));
    story.give(wake(at(1), at(900)));
    story.give(complete(at(2), story.token, SUCCESS));
    expect(story.events.at(-1)).toMatchObject({ category: 'object_synced', superseded: true });
    expect(story.record).toMatchObject({ state: 'scheduled', nextAttemptAt: at(2) });
  });

  it('survives the loss of the attempt', () => {
    const story = claimed();
    story.give(wake(at(1), at(900)));
    story.give(claim(at(32), 'b'));
    expect(story.record).toMatchObject({ state: 'pending', attempt: 2, wakeAt: at(900) });
  });
});
