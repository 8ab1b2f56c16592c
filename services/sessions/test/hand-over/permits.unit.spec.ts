import { Permits } from '../../src/application/hand-over/permits.js';

test('at most so many pieces of work run at once, the others follow in their order, and a failure frees its place', async () => {
  const permits = new Permits(2);
  const started: number[] = [];
  const ends: ((fails: boolean) => void)[] = [];
  const all = [0, 1, 2, 3].map(number =>
    permits.use(
      () =>
        new Promise<void>((resolve, reject) => {
          started.push(number);
          ends[number] = fails => (fails ? reject(new Error(`${number} failed`)) : resolve());
        }),
    ),
  );
  await Promise.resolve();
  expect(started).toEqual([0, 1]);
  ends[0]?.(true);
  await expect(all[0]).rejects.toThrow('0 failed');
  expect(started).toEqual([0, 1, 2]);
  ends[2]?.(false);
  await all[2];
  expect(started).toEqual([0, 1, 2, 3]);
  ends[1]?.(false);
  ends[3]?.(false);
  await Promise.all(all.slice(1));
});
