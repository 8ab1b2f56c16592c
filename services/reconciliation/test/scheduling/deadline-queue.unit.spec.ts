import fc from 'fast-check';
import { DeadlineQueue, dueTime, Rescuer } from '../../src/domain/index.js';
import { after, at, claim, inform, SUCCESS, synced } from '../given.js';

type Call =
  | { readonly do: 'push' | 'replace'; readonly id: string; readonly deadline: number }
  | { readonly do: 'remove'; readonly id: string }
  | { readonly do: 'pop'; readonly at: number };

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
const deadline = fc.integer({ min: -5, max: 15 });
const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('push' as const, 'push' as const, 'replace' as const), id, deadline }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), id }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pop' as const), at: deadline }) },
);

/** The same by a list that is sorted again every time. */
class PlainQueue {
  #items: { readonly id: string; readonly deadline: number; readonly order: number }[] = [];
  #orders = 0;

  call(each: Call): unknown {
    if (each.do === 'pop') return this.#pop(each.at);
    const known = this.#items.find(item => item.id === each.id);
    const others = this.#items.filter(item => item.id !== each.id);
    if (each.do === 'remove') {
      this.#items = others;
      return known !== undefined;
    }
    if (each.do === 'push' && known !== undefined && known.deadline <= each.deadline) return false;
    this.#orders += 1;
    this.#items = [...others, { id: each.id, deadline: each.deadline, order: this.#orders }];
    this.#items.sort((left, right) => left.deadline - right.deadline || left.order - right.order);
    return each.do === 'push' ? true : undefined;
  }

  get nextAt(): number | undefined {
    return this.#items[0]?.deadline;
  }

  #pop(now: number): string | undefined {
    const [first, ...rest] = this.#items;
    if (first === undefined || first.deadline > now) return undefined;
    this.#items = rest;
    return first.id;
  }
}

const callOn = (queue: DeadlineQueue, each: Call): unknown => {
  switch (each.do) {
    case 'push':
      return queue.push(each.id, each.deadline);
    case 'replace':
      return queue.replace(each.id, each.deadline);
    case 'remove':
      return queue.remove(each.id);
    case 'pop':
      return queue.pop(each.at);
  }
};

describe('the deadline queue', () => {
  it('answers as a sorted list would', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 120 }), calls => {
        const queue = new DeadlineQueue();
        const plain = new PlainQueue();
        for (const each of calls) {
          expect(callOn(queue, each)).toBe(plain.call(each));
          expect(queue.nextAt).toBe(plain.nextAt);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('keeps nothing of what is moved or removed', () => {
    const queue = new DeadlineQueue();
    for (let n = 0; n < 1_000; n += 1) queue.replace('a', n % 7);
    expect(queue.size).toBe(1);
    queue.remove('a');
    expect(queue.size).toBe(0);
    expect(queue.deadlineOf('a')).toBeUndefined();
  });
});

describe('when an owner looks at a record again (reconciliation §15.3)', () => {
  const target = { kind: 'user', objectId: 'u1' };

  it('is its deadline, or the instant from which its lease can be taken over', () => {
    const story = after(inform(at(5)));
    expect(dueTime(story.record, false)).toBe(at(5));
    story.give(claim(at(6)));
    expect(dueTime(story.record, false)).toBe(at(38));
    expect(dueTime(story.record, true)).toBeUndefined();
    story.give({ type: 'complete', now: at(7), token: story.token, outcome: SUCCESS, rules: {} });
    expect(dueTime(story.record, false)).toBeUndefined();
  });

  it('is never while it is suspended, or the end of the suspension', () => {
    const story = after(inform(at(0)));
    story.give({ type: 'suspend', now: at(0), ...target, reason: '', by: '', until: null });
    expect(dueTime(story.record, false)).toBeUndefined();
    story.give({ type: 'suspend', now: at(0), ...target, reason: '', by: '', until: at(60) });
    expect(dueTime(story.record, false)).toBe(at(60));
  });
});

describe('the rescuer (§8)', () => {
  it('names what is overdue, once per threshold', () => {
    const { record } = after(inform(at(0)));
    const rescuer = new Rescuer(10_000);
    expect(rescuer.rescue([record], at(10))).toEqual([]);
    expect(rescuer.rescue([record], at(10.001))).toEqual([record]);
    expect(rescuer.rescue([record], at(20))).toEqual([]);
    expect(rescuer.rescue([record], at(20.001))).toEqual([record]);
  });

  it('names a lost attempt every time, and nothing that rests', () => {
    const rescuer = new Rescuer(10_000);
    const { record } = after(inform(at(0)), claim(at(0)));
    expect(rescuer.rescue([record], at(31.999))).toEqual([]);
    expect(rescuer.rescue([record], at(32))).toEqual([record]);
    expect(rescuer.rescue([record], at(33))).toEqual([record]);
    expect(rescuer.rescue([synced(at(0)).record], at(99_999))).toEqual([]);
  });

  it('looks for no overdue record if it is told not to', () => {
    expect(new Rescuer(-1).rescue([after(inform(at(0))).record], at(999_999))).toEqual([]);
  });
});
