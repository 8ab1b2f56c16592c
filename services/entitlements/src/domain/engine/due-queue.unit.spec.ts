import fc from 'fast-check';
import { DueQueue } from './due-queue.js';

describe('a due queue', () => {
  it('hands out the earliest first, pushed and popped in any mixture', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat({ max: 20 }))), steps => {
        const queue = new DueQueue();
        const plain: { at: number; index: number }[] = [];
        steps.forEach((at, index) => {
          if (at !== null) {
            queue.push(at, index);
            plain.push({ at, index });
          } else if (plain.length > 0) {
            const earliest = Math.min(...plain.map(entry => entry.at));
            expect(queue.nextAt).toBe(earliest);
            const popped = queue.pop();
            const position = plain.findIndex(entry => entry.index === popped);
            expect(plain[position]?.at).toBe(earliest);
            plain.splice(position, 1);
          }
          expect(queue.nextAt).toBe(Math.min(...plain.map(entry => entry.at)));
        });
      }),
    );
  });
});
