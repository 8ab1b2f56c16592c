import fc from 'fast-check';
import { IndexSet } from './index-set.js';

/** Sizes around one, two and three levels of the bit map. */
const capacities = fc.constantFrom(1, 31, 32, 33, 1_023, 1_024, 1_025, 40_000);

describe('an index set', () => {
  it('equals a plain set, at every size', () => {
    const changes = fc.array(fc.tuple(fc.boolean(), fc.double({ min: 0, max: 0.999, noNaN: true })), { maxLength: 60 });
    fc.assert(
      fc.property(capacities, changes, (capacity, list) => {
        const set = new IndexSet(capacity);
        const plain = new Set<number>();
        for (const [isAdded, share] of list) {
          const member = Math.floor(share * capacity);
          if (isAdded) set.add(member);
          else set.remove(member);
          if (isAdded) plain.add(member);
          else plain.delete(member);
          expect(set.has(member)).toBe(isAdded);
          const ascending = [...plain].sort((left, right) => left - right);
          const walked: number[] = [];
          for (let next = set.first(); next >= 0; next = set.atOrAfter(next + 1)) walked.push(next);
          expect(walked).toEqual(ascending);
          expect(set.atOrAfter(member)).toBe(ascending.find(other => other >= member) ?? -1);
        }
      }),
    );
  });

  it('is empty without capacity, and past its end', () => {
    expect(new IndexSet(0).first()).toBe(-1);
    expect(new IndexSet(32).atOrAfter(32)).toBe(-1);
  });
});
