import type { Lease } from '@drawdown/partitions';
import { Loop } from '../../application/state/loop.js';
import type { Companion } from './sessions-partition.js';

const RETRY_IDLE_MS = 3_600_000;

/** What has to be opened for a partition, and may have to wait for a server that hits do not need. */
export interface Owning {
  own(lease: Lease): Promise<void>;
  release(partition: number): Promise<void>;
}

/** Opens something beside the source as soon as its server answers; hits are taken meanwhile. */
export class OpenedBeside implements Companion {
  readonly #loop: Loop;
  #isOpen = false;

  constructor(
    private readonly owning: Owning,
    private readonly lease: Lease,
    onTrouble: (error: unknown) => void,
  ) {
    this.#loop = new Loop({
      idleMs: RETRY_IDLE_MS,
      onFailure: onTrouble,
      work: async () => {
        if (!this.#isOpen) await owning.own(lease);
        this.#isOpen = true;
        return false;
      },
    });
  }

  start(): Promise<void> {
    this.#loop.start();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    await this.owning.release(this.lease.partition);
  }
}
