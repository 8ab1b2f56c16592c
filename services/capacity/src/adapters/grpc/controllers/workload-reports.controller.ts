import { isFault, isRefusal, Refusal } from '@drawdown/errors';
import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  ReleaseCause,
  WorkloadResult,
  WorkloadsServiceService,
  type CheckCapacityRequest,
  type CheckCapacityResponse,
  type ReleaseWorkloadRequest,
  type ReleaseWorkloadResponse,
  type ReportWorkloadRequest,
  type ReportWorkloadResponse,
  type StreamReportsRequest,
  type StreamReportsResponse,
} from '@drawdown/proto/capacity';
import { Controller } from '@nestjs/common';
import { ADMISSION_HORIZON_SECONDS, equalEach, FORMULA_VERSION, workloadRates } from '../../../domain/index.js';
import { requireRight } from '../authorization/rights.js';
import { concurrently } from '../concurrently.js';
import { toApiAmounts, toApiHorizon } from '../convert/amounts.js';
import { toApiFreshness } from '../convert/freshness.js';
import { toApiItemError } from '../convert/item-error.js';
import { required } from '../convert/refuse.js';
import { fromApiReport, type WorkloadSize } from '../convert/reports.js';
import { fromApiWorkload } from '../convert/workloads.js';
import { EdgeCalls } from '../edge-calls.js';
import { REPORTS_UNDER_WAY_MAX } from '../limits.js';
import { CheckCapacityBody, ReleaseWorkloadBody, ReportWorkloadBody } from '../requests/workloads.js';

const CAUSES = {
  [ReleaseCause.UNSPECIFIED]: 'deleted',
  [ReleaseCause.DELETED]: 'deleted',
  [ReleaseCause.FAILED]: 'failed',
  [ReleaseCause.CANCELLED]: 'cancelled',
} as const;

/** Workloads as they come and go, and whether one would fit (capacity §7). */
@Controller()
export class WorkloadReportsController {
  constructor(private readonly calls: EdgeCalls) {}

  @Rpc(WorkloadsServiceService.checkCapacity, { request: CheckCapacityBody })
  async checkCapacity(request: CheckCapacityRequest, context: CallContext): Promise<CheckCapacityResponse> {
    const { poolId, workloadId, horizonSeconds, minPosition } = request;
    const rates = workloadRates(fromApiWorkload(required(request.workload, 'workload'), 'workload'));
    await this.calls.requireOnPool('read', poolId, context);
    const args = { workloadId, rates, horizonSeconds: horizonSeconds === 0 ? ADMISSION_HORIZON_SECONDS : horizonSeconds };
    const told = await this.calls.ask('pool/fits', poolId, args, minPosition, context);
    return {
      fits: told.answer.fits,
      emptyAt: toApiHorizon(told.answer.emptyAtWith),
      rates: toApiAmounts(rates),
      formulaVersion: FORMULA_VERSION,
      freshness: toApiFreshness(told),
    };
  }

  @Rpc(WorkloadsServiceService.releaseWorkload, { request: ReleaseWorkloadBody })
  async releaseWorkload(request: ReleaseWorkloadRequest, context: CallContext): Promise<ReleaseWorkloadResponse> {
    const { poolId, workloadId, cause } = request;
    await this.calls.requireOnPool('deploy', poolId, context);
    const command = { type: 'release', workloadId, cause: CAUSES[cause] } as const;
    const { events, position } = await this.calls.execute('pool', poolId, request, command, context);
    return { changed: events.length > 0, position };
  }

  @Rpc(WorkloadsServiceService.reportWorkload, { request: ReportWorkloadBody })
  async reportWorkload(request: ReportWorkloadRequest, context: CallContext): Promise<ReportWorkloadResponse> {
    requireRight(context.caller, 'deploy');
    return this.#report(request, context);
  }

  @Rpc(WorkloadsServiceService.streamReports, { request: ReportWorkloadBody })
  async *streamReports(requests: AsyncIterable<StreamReportsRequest>, context: CallContext): AsyncGenerator<StreamReportsResponse> {
    requireRight(context.caller, 'deploy');
    yield* concurrently(requests, REPORTS_UNDER_WAY_MAX, request => this.#answer(request, context));
  }

  async #report(request: ReportWorkloadRequest, context: CallContext): Promise<ReportWorkloadResponse> {
    const { poolId, workloadId } = request;
    const size = request.result === WorkloadResult.OK ? await this.#sizeOf(request, context) : undefined;
    const { events, position } = await this.calls.execute('pool', poolId, request, fromApiReport(request, size), context);
    const isChanged = events.length > 0;
    if (isChanged || size === undefined) return { changed: isChanged, ratesDiffer: false, position };
    const stay = await this.calls.look('pool/stay', poolId, { workloadId }, context, position);
    return { changed: false, ratesDiffer: stay !== undefined && !equalEach(stay.rates, size.rates), position };
  }

  /** What was admitted counts; of a workload that was not, what the report says. */
  async #sizeOf({ poolId, workloadId, workload }: ReportWorkloadRequest, context: CallContext): Promise<WorkloadSize> {
    if (workload !== undefined) return { rates: workloadRates(fromApiWorkload(workload, 'workload')), formulaVersion: FORMULA_VERSION };
    const stay = await this.calls.look('pool/stay', poolId, { workloadId }, context);
    if (stay !== undefined) return stay;
    const description = 'is needed of a workload for which no room is held';
    throw new Refusal('WORKLOAD_NOT_FOUND', `workload ${description}`, { workloadId: String(workloadId) }, [
      { field: 'workload', description },
    ]);
  }

  /** A report that is refused does not end the others. */
  async #answer(request: StreamReportsRequest, context: CallContext): Promise<StreamReportsResponse> {
    const { requestId } = request;
    try {
      const { changed, position } = await this.#report(request, context);
      return { requestId, changed, position, error: undefined };
    } catch (error) {
      if (!isRefusal(error) && !isFault(error)) throw error;
      return { requestId, changed: false, position: '', error: toApiItemError(error) };
    }
  }
}
