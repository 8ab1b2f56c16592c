/** Lets one side wait until the other one says that something has changed. */
class Doorbell {
  #ring: () => void = () => undefined;

  wait(): Promise<void> {
    return new Promise(resolve => {
      this.#ring = resolve;
    });
  }

  ring(): void {
    this.#ring();
  }
}

/**
 * Works on at most `limit` items of a source at once, those whose result nobody has taken yet among them, and yields what comes of each as soon as
 * it is there. The first failure, of the source or of the work, ends it.
 */
export async function* concurrently<Item, Result>(
  source: AsyncIterable<Item>,
  limit: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const results: Result[] = [];
  const failures: unknown[] = [];
  const hasRoom = new Doorbell();
  const hasNews = new Doorbell();
  let underWay = 0;
  let isRead = false;
  const start = (item: Item): void => {
    underWay += 1;
    const settled = work(item).then(
      result => void results.push(result),
      (error: unknown) => void failures.push(error),
    );
    void settled.then(() => {
      underWay -= 1;
      hasNews.ring();
    });
  };
  const readAll = async (): Promise<void> => {
    for await (const item of source) {
      while (underWay + results.length >= limit) await hasRoom.wait();
      start(item);
    }
  };
  const reading = readAll().catch((error: unknown) => void failures.push(error));
  void reading.then(() => {
    isRead = true;
    hasNews.ring();
  });
  for (;;) {
    for (let result = results.shift(); result !== undefined; result = results.shift()) {
      yield result;
      hasRoom.ring();
    }
    if (failures.length > 0) throw failures[0];
    if (isRead && underWay === 0) return;
    await hasNews.wait();
  }
}
