import { IsEnumValue, IsIntegerBetween, IsMessage, IsMessages, IsOptionalKey, IsOptionalMessage } from '@drawdown/grpc';
import { ReleaseCause, WorkloadResult } from '@drawdown/proto/capacity';
import { ADMISSIONS_PER_BATCH_MAX, HOLD_SECONDS_MAX } from '../limits.js';
import { AnyBody, CommandBody, IsNumberedId, IsPeriod, PoolCommandBody, PoolReadBody, TimedCommandBody } from './parts.js';

const PRIORITY_MAX = 1_000_000;

/** The checks of capacity §7 have codes and an order of their own: only that numbers are numbers is looked at before them. */
class SignedWorkloadBody {
  @IsNumberedId() readonly workloadId!: number;
  @IsNumberedId() readonly poolId!: number;
  @IsNumberedId() readonly customerTid!: number;
}

abstract class AdmissionBody extends TimedCommandBody {
  @IsIntegerBetween(0, HOLD_SECONDS_MAX) readonly holdTtlSeconds!: number;
}

export class AdmitWorkloadBody extends AdmissionBody {
  @IsMessage(() => SignedWorkloadBody) readonly workload!: SignedWorkloadBody;
}

export class AdmitWorkloadsBody extends AdmissionBody {
  @IsMessages(() => SignedWorkloadBody, 1, ADMISSIONS_PER_BATCH_MAX) readonly workloads!: readonly SignedWorkloadBody[];
}

export class ReplaceWorkloadBody extends AdmitWorkloadBody {
  @IsNumberedId() readonly replacedWorkloadId!: number;
}

export class CheckCapacityBody extends PoolReadBody {
  @IsMessage(() => AnyBody) readonly workload!: object;
  @IsNumberedId() readonly workloadId!: number;
  @IsPeriod() readonly horizonSeconds!: number;
}

export class ReleaseWorkloadBody extends PoolCommandBody {
  @IsNumberedId() readonly workloadId!: number;
  @IsEnumValue(ReleaseCause, { orUnspecified: true }) readonly cause!: ReleaseCause;
}

export class ReportWorkloadBody extends PoolCommandBody {
  @IsNumberedId() readonly workloadId!: number;
  @IsEnumValue(WorkloadResult) readonly result!: WorkloadResult;
  @IsOptionalKey() readonly nodeId!: string;
  @IsOptionalMessage(() => AnyBody) readonly workload: object | undefined;
  @IsIntegerBetween(0, PRIORITY_MAX) readonly priority!: number;
}

export class MoveWorkloadBody extends CommandBody {
  @IsNumberedId() readonly workloadId!: number;
  @IsNumberedId() readonly fromPoolId!: number;
  @IsNumberedId() readonly toPoolId!: number;
  @IsOptionalKey() readonly nodeId!: string;
}
