import { SingleBar } from 'cli-progress';

/** Parts of a log's progress: enough to see that it goes on. */
const LOGGED_PARTS = 4;

/** A bar in a terminal, a line for each quarter in a log. */
export const progressOf = (say: (line: string) => void, title: string, total: number) => {
  if (process.stdout.isTTY) {
    const bar = new SingleBar({ format: `${title} {bar} {value} of {total}`, hideCursor: true, stream: process.stdout });
    bar.start(total, 0);
    return { update: (done: number) => bar.update(done), end: (words: string) => (bar.stop(), say(`${title}: ${words}`)) };
  }
  let said = 0;
  return {
    update: (done: number) => {
      const parts = Math.floor((done / total) * LOGGED_PARTS);
      if (parts > said) say(`${title}: ${String(done)} of ${String(total)}`);
      said = parts;
    },
    end: (words: string) => say(`${title}: ${words}`),
  };
};
