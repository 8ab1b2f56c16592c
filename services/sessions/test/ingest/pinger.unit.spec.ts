import { Pinger } from '../../src/application/ingest/pinger.js';

test('a source is pinged after a second of silence, once until the ping has come through (sessions §12.5)', async () => {
  let nowMs = 0;
  let applied = 0;
  let published = 0;
  const pinger = new Pinger({
    publish: async () => (published += 10),
    applied: () => applied,
    nowMs: () => nowMs,
  });
  const lookAt = async (ms: number): Promise<number> => {
    nowMs = ms;
    await pinger.look();
    return published;
  };
  expect(await lookAt(999)).toBe(0);
  expect(await lookAt(1_000)).toBe(10);
  expect(await lookAt(5_000)).toBe(10);
  applied = 10;
  pinger.heard();
  expect(await lookAt(5_999)).toBe(10);
  expect(await lookAt(6_000)).toBe(20);
});
