import { Fault } from '@drawdown/errors';
import type { Loss, OwnerQuestion, OwnerStatus, OwnerViews } from '../../application/operations/session-operations.js';
import type { Partitions } from './partitions.js';

const ASK_MS_MAX = 30_000;

/** What the owner of a partition does when it is asked. */
export interface OwnerAnswers {
  status(partition: number): OwnerStatus;
  checkDue(partition: number): Promise<{ readonly begun: number; readonly handedOver: number }>;
  audit(partition: number): Promise<unknown>;
  repair(partition: number): Promise<number>;
  stateLost(partition: number, loss: Loss): Promise<void>;
}

/** Questions to owners, over NATS where another replica is the owner; both ends of the wire. */
export class OwnerCalls implements OwnerViews {
  constructor(
    private readonly partitions: () => Partitions,
    private readonly answers: OwnerAnswers,
  ) {}

  owner(partition: number): ReturnType<OwnerViews['owner']> {
    return this.partitions().host.owner(partition);
  }

  async ask(partition: number, question: OwnerQuestion, signal?: AbortSignal): Promise<unknown> {
    if (signal?.aborted === true) throw new Fault('WAIT_ABORTED', 'the question was given up');
    const reply = await this.partitions().request(partition, { data: Buffer.from(JSON.stringify(question)), timeoutMs: ASK_MS_MAX });
    return JSON.parse(Buffer.from(reply).toString()) as unknown;
  }

  async serve(partition: number, data: Uint8Array): Promise<Uint8Array> {
    const question = JSON.parse(Buffer.from(data).toString()) as OwnerQuestion;
    return Buffer.from(JSON.stringify((await this.#answer(partition, question)) ?? null));
  }

  #answer(partition: number, question: OwnerQuestion): unknown {
    const { answers } = this;
    switch (question.op) {
      case 'status':
        return answers.status(partition);
      case 'check-due':
        return answers.checkDue(partition);
      case 'audit':
        return answers.audit(partition);
      case 'repair':
        return answers.repair(partition);
      case 'state-lost':
        return answers.stateLost(partition, question);
    }
  }
}
