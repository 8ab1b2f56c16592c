import { concurrently } from '../../src/adapters/grpc/concurrently.js';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 0; number < count; number += 1) {
    await Promise.resolve();
    yield number;
  }
}

const all = async <T>(answers: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const answer of answers) found.push(answer);
  return found;
};

describe('work on many at once', () => {
  it.each([0, 1, 7, 8, 9, 300])('answers each of %i, at most eight of them under way', async count => {
    let underWay = 0;
    let most = 0;
    const work = async (number: number): Promise<number> => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise(resolve => setImmediate(resolve));
      underWay -= 1;
      return number;
    };
    const answers = await all(concurrently(numbers(count), 8, work));
    expect(answers.sort((left, right) => left - right)).toEqual(Array.from({ length: count }, (_, number) => number));
    expect(most).toBeLessThanOrEqual(8);
  });

  it('answers each as soon as it is done, whatever came before it', async () => {
    const gates = new Map<number, () => void>();
    const work = (number: number): Promise<number> => new Promise(resolve => gates.set(number, () => resolve(number)));
    const answers = concurrently(numbers(3), 8, work);
    const first = answers.next();
    while (gates.size < 3) await Promise.resolve();
    gates.get(2)?.();
    expect((await first).value).toBe(2);
    gates.get(0)?.();
    gates.get(1)?.();
    expect(await all(answers)).toEqual([0, 1]);
  });

  it('fails with the first failure, of the work or of what is read', async () => {
    const broken = async (number: number): Promise<number> => {
      await Promise.resolve();
      if (number === 5) throw new Error('work');
      return number;
    };
    await expect(all(concurrently(numbers(300), 8, broken))).rejects.toThrow('work');
    async function* torn(): AsyncGenerator<number> {
      yield* numbers(3);
      throw new Error('source');
    }
    await expect(all(concurrently(torn(), 8, number => Promise.resolve(number)))).rejects.toThrow('source');
  });
});
