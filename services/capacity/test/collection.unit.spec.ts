import fc from 'fast-check';
import { NumberMap } from '../src/domain/index.js';

interface Step {
  readonly step: number;
}

const changes = fc.array(
  fc.record({ key: fc.integer({ min: -20, max: 60 }), isRemoval: fc.boolean(), from: fc.option(fc.nat(), { freq: 6 }) }),
  { maxLength: 300 },
);

const sorted = (plain: ReadonlyMap<number, Step>): (readonly [number, Step])[] => [...plain].sort(([left], [right]) => left - right);

describe('a map by number', () => {
  it('holds what an ordinary map holds, ascending; every version stays what it was, in whatever order versions are used', () => {
    fc.assert(
      fc.property(changes, list => {
        const versions = [{ map: NumberMap.empty<Step>(), plain: new Map<number, Step>() }];
        for (const [step, { key, isRemoval, from }] of list.entries()) {
          const start = versions[from === null ? versions.length - 1 : from % versions.length] ?? versions[0]!;
          const plain = new Map(start.plain);
          if (isRemoval) plain.delete(key);
          else plain.set(key, { step });
          const map = isRemoval ? start.map.without(key) : start.map.with(key, { step });
          expect(map.get(key)).toEqual(plain.get(key));
          expect(map.size).toBe(plain.size);
          versions.push({ map, plain });
        }
        for (const { map, plain } of [...versions, ...versions.reverse()]) {
          expect(map.entries()).toEqual(sorted(plain));
          expect(map.keys()).toEqual(sorted(plain).map(([key]) => key));
          expect(map.keysWhere(({ step }) => step % 2 === 0)).toEqual(
            sorted(plain).flatMap(([key, { step }]) => (step % 2 === 0 ? [key] : [])),
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is compared by its entries', () => {
    const map = NumberMap.empty<Step>().with(2, { step: 1 }).with(1, { step: 2 });
    expect(map).toEqual(NumberMap.empty<Step>().with(1, { step: 2 }).with(2, { step: 1 }));
    expect(map).not.toEqual(map.with(2, { step: 3 }));
  });
});
