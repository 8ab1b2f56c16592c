import { SingleBar } from 'cli-progress';

/** Long work being watched. */
export interface Progress {
  /** `done` of `total`, and a few words about it. */
  update(done: number, total: number, words: string): void;
  end(): void;
}

/** A bar on standard error where a person looks at it; nothing otherwise, so that logs and pipes stay clean. */
export const progressBar = (title: string, silent: boolean): Progress => {
  if (silent || !process.stderr.isTTY) return { update: () => undefined, end: () => undefined };
  const bar = new SingleBar({ format: `${title} {bar} {percentage}% {words}`, hideCursor: true, stream: process.stderr });
  bar.start(1, 0, { words: '' });
  return {
    update: (done, total, words) => {
      bar.setTotal(Math.max(total, 1));
      bar.update(done, { words });
    },
    end: () => bar.stop(),
  };
};
