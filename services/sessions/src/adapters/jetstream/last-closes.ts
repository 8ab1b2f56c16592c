import { isFault } from '@drawdown/errors';
import { encodeToken, LogUnavailable, type Subjects } from '@drawdown/eventlog';
import { JetStreamError, type JetStreamManager, type StoredMsg } from '@nats-io/jetstream';

const NOT_FOUND_STATUS = 404;

/** Last sequence of a property's messages on DRAWDOWN_SESSIONS, by state partition; one request, however many partitions it has. */
export class LastCloses {
  readonly #manager: Pick<JetStreamManager, 'direct'>;

  constructor(
    manager: Pick<JetStreamManager, 'direct'>,
    private readonly streamName: string,
    private readonly subjects: Subjects,
  ) {
    this.#manager = manager;
  }

  /** @throws Fault `LOG_UNAVAILABLE` */
  async of(namespace: string, propertyId: string): Promise<ReadonlyMap<number, number>> {
    const subject = `${this.subjects.prefix}.sessions.*.${encodeToken(namespace, 'namespace')}.${encodeToken(propertyId, 'property')}`;
    const last = new Map<number, number>();
    try {
      await this.#each(subject, message => {
        const partition = this.subjects.parse(message.subject)?.partition;
        if (partition !== undefined) last.set(partition, message.seq);
      });
    } catch (error) {
      if (isFault(error)) throw error;
      throw new LogUnavailable(subject, error instanceof Error ? error.message : String(error), { cause: error });
    }
    return last;
  }

  /** The callback form, because only that one gives its subscription back. */
  #each(subject: string, take: (message: StoredMsg) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error: Error | undefined): void => {
        if (error === undefined || isNotFound(error)) resolve();
        else reject(error);
      };
      this.#manager.direct
        .getLastMessagesFor(this.streamName, {
          multi_last: [subject],
          callback: (done, message: StoredMsg) => {
            if (done === null) take(message);
            else settle(done.err);
          },
        })
        .catch((error: unknown) => settle(error instanceof Error ? error : new Error(String(error))));
    });
  }
}

const isNotFound = (error: Error): boolean => error instanceof JetStreamError && 'code' in error && error.code === NOT_FOUND_STATUS;
