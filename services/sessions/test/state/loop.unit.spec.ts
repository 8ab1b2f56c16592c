import { once, EventEmitter } from 'node:events';
import { Loop } from '../../src/application/state/loop.js';

const FOR_EVER_MS = 3_600_000;

test('work repeats at once while there is more, waits otherwise, and goes on when it is rung for', async () => {
  const events = new EventEmitter();
  let turns = 0;
  const loop = new Loop({
    idleMs: FOR_EVER_MS,
    onFailure: error => events.emit('failure', error),
    work: async () => {
      turns += 1;
      events.emit('turn');
      return turns < 3;
    },
  });
  const idle = (async () => {
    while (turns < 3) await once(events, 'turn');
  })();
  loop.start();
  await idle;
  const rung = once(events, 'turn');
  loop.ring();
  await rung;
  expect(turns).toBe(4);
  await loop.stop();
  loop.ring();
  expect(turns).toBe(4);
});

test('a failure is told, and the work is tried again', async () => {
  const failures: unknown[] = [];
  let turns = 0;
  const recovered = new EventEmitter();
  const loop = new Loop({
    idleMs: FOR_EVER_MS,
    onFailure: error => failures.push(error),
    work: async () => {
      turns += 1;
      if (turns === 1) throw new Error('the server is away');
      recovered.emit('turn');
      return false;
    },
  });
  const again = once(recovered, 'turn');
  loop.start();
  await again;
  await loop.stop();
  expect(failures.map(String)).toEqual(['Error: the server is away']);
});
