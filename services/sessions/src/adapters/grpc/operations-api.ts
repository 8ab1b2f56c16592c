import { encodePosition, UNPARTITIONED, type Incarnations, type StreamKey, type Subjects } from '@drawdown/eventlog';
import { Refusal } from '@drawdown/errors';
import type { DeadLetterLog, DeadLetterPage } from '@drawdown/partitions';
import type { CommandPlace } from '../../application/commands/ports.js';
import type { FoldedMessage, SessionOperations } from '../../application/operations/ports.js';

export interface OperationsApiOptions {
  readonly operations: SessionOperations;
  readonly deadLetters: DeadLetterLog;
  readonly subjects: Subjects;
  readonly incarnations: Incarnations['streams'];
}

/** The operations API over all replicas (design §5): what operators and reconcilers see of the service. */
export class OperationsApi {
  constructor(private readonly options: OperationsApiOptions) {}

  get operations(): SessionOperations {
    return this.options.operations;
  }

  deadLetters(from: number, limit: number): Promise<DeadLetterPage> {
    return this.options.deadLetters.list(from, limit);
  }

  /** @throws Refusal `NOT_FOUND`, `PRECONDITION_FAILED` */
  async replay(sequence: number): Promise<string> {
    const replayed = await this.options.deadLetters.replay(sequence);
    const partition = this.options.subjects.parse(replayed.subject)?.partition;
    if (partition === undefined)
      throw new Refusal('NOT_FOUND', 'the dead letter came from no stream of ours', { subject: replayed.subject });
    return this.#encode(replayed.stream === 'sessions' ? 'sessions' : 'hits', partition, replayed.sequence);
  }

  positionOf({ partition, sequence }: CommandPlace): string {
    return this.#encode('sessions', partition, sequence);
  }

  /** What is set aside is recorded beside the properties, which every replica reads whole. */
  setAsidePositionOf(sequence: number): string {
    return this.#encode('properties', UNPARTITIONED, sequence);
  }

  #encode(stream: StreamKey, partition: number, sequence: number): string {
    const incarnation = this.options.incarnations[stream];
    if (incarnation === undefined) throw new Error(`the stream ${stream} was not verified at start`);
    return encodePosition([{ stream, incarnation, partition, sequence }]);
  }
}

/** The edge has refused every other name of a stream. */
export const foldedMessage = ({ stream, sequence }: { readonly stream: string; readonly sequence: number }): FoldedMessage => ({
  stream: stream === 'sessions' ? 'sessions' : 'hits',
  sequence,
});
