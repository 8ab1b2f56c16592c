import fc from 'fast-check';
import { NumberMap } from '../src/domain/index.js';

const changes = fc.array(fc.record({ key: fc.integer({ min: -50, max: 400 }), isRemoval: fc.boolean() }), { maxLength: 1_500 });

describe('a map by number', () => {
  it('holds what an ordinary map holds, ascending, and never changes one that was given out', () => {
    fc.assert(
      fc.property(changes, list => {
        const plain = new Map<number, { readonly step: number }>();
        let map = NumberMap.empty<{ readonly step: number }>();
        let kept = map;
        let keptEntries: readonly (readonly [number, object])[] = [];
        for (const [step, { key, isRemoval }] of list.entries()) {
          if (isRemoval) plain.delete(key);
          else plain.set(key, { step });
          map = isRemoval ? map.without(key) : map.with(key, { step });
          expect(map.get(key)).toEqual(plain.get(key));
          expect(map.size).toBe(plain.size);
          if (step === Math.floor(list.length / 2)) [kept, keptEntries] = [map, [...map.entries()]];
        }
        expect([...map.entries()]).toEqual([...plain].sort(([left], [right]) => left - right));
        expect(map.keys()).toEqual([...plain.keys()].sort((left, right) => left - right));
        expect([...kept.entries()]).toEqual(keptEntries);
      }),
      { numRuns: 60 },
    );
  });
});
