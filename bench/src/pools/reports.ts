import { toTimestamp } from '@drawdown/cli';
import { WorkloadResult, WorkloadsServiceService, type StreamReportsRequest, type StreamReportsResponse } from '@drawdown/proto/capacity';
import { Client, credentials, Metadata, type ClientDuplexStream } from '@grpc/grpc-js';

/** What one report costs: a unit of compute for ever so long. */
const WORKLOAD = { kind: { $case: 'resources', value: { cru: 2, mru: 4, sru: 0, hru: 0, ipv4u: 0 } } } as const;

export interface Report {
  readonly poolId: number;
  readonly workloadId: number;
  readonly result: WorkloadResult.OK | WorkloadResult.DELETED;
}

/** One client that reports on a stream of its own, one report at a time. */
export class Reporter {
  readonly #stream: ClientDuplexStream<StreamReportsRequest, StreamReportsResponse>;
  readonly #client: Client;
  #answered: ((answer: StreamReportsResponse) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;
  #sent = 0;

  constructor(
    address: string,
    token: string,
    private readonly name: string,
  ) {
    this.#client = new Client(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${token}`);
    const { path, requestSerialize, responseDeserialize } = WorkloadsServiceService.streamReports;
    this.#stream = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata);
    this.#stream.on('data', (answer: StreamReportsResponse) => this.#answered?.(answer));
    this.#stream.on('error', (error: Error) => this.#failed?.(error));
  }

  /** Resolves when the report is durable. */
  async report({ poolId, workloadId, result }: Report): Promise<void> {
    this.#sent += 1;
    const answer = await new Promise<StreamReportsResponse>((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
      this.#stream.write({
        requestId: `${this.name}-${String(this.#sent)}`,
        requestTime: toTimestamp(Date.now()),
        at: undefined,
        poolId,
        workloadId,
        result,
        nodeId: '',
        workload: result === WorkloadResult.OK ? WORKLOAD : undefined,
        priority: 0,
      });
    });
    if (answer.error !== undefined) throw new Error(`a report was refused: ${answer.error.reason}`);
  }

  close(): void {
    this.#stream.cancel();
    this.#client.close();
  }
}
