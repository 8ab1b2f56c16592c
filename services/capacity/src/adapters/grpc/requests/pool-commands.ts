import { IsIntegerBetween, IsKeys, IsMessage, IsMessages, IsText } from '@drawdown/grpc';
import { HEX_BYTES_MAX, NODES_PER_REQUEST_MAX, SIGNED_TEXT_BYTES_MAX, WORKLOADS_PER_REQUEST_MAX } from '../limits.js';
import { AmountsBody, CausedPoolCommandBody, CommandBody, IsAmounts, IsNumberedId, PoolCommandBody } from './parts.js';
import { PolicyBody } from './policy.js';

const FORMULA_VERSION_MAX = 1_000;

export class SetPolicyBody extends PoolCommandBody {
  @IsMessage(() => PolicyBody) readonly policy!: PolicyBody;
}

export class WorkloadDrainBody extends CausedPoolCommandBody {
  @IsNumberedId() readonly workloadId!: number;
}

export class ChangeNodesBody extends CausedPoolCommandBody {
  @IsKeys(NODES_PER_REQUEST_MAX) readonly added!: readonly string[];
  @IsKeys(NODES_PER_REQUEST_MAX) readonly removed!: readonly string[];
}

export class TransferCapacityBody extends PoolCommandBody {
  @IsNumberedId() readonly toPoolId!: number;
  @IsAmounts() readonly amounts!: AmountsBody;
}

export class MergePoolsBody extends CommandBody {
  @IsNumberedId() readonly poolId!: number;
  @IsNumberedId() readonly intoPoolId!: number;
}

/** The workloads are looked at by the converter. */
export class SplitPoolBody extends CommandBody {
  @IsNumberedId() readonly poolId!: number;
  @IsAmounts() readonly amounts!: AmountsBody;
  @IsKeys(NODES_PER_REQUEST_MAX) readonly nodeIds!: readonly string[];
}

/** What is given back is one of several: the converter looks at it. */
export class RefundCapacityBody extends PoolCommandBody {}

export class SetBorrowingBody extends PoolCommandBody {
  @IsNumberedId() readonly parentPoolId!: number;
  @IsAmounts() readonly limit!: AmountsBody;
}

export class TransferOwnershipBody extends PoolCommandBody {
  @IsNumberedId() readonly toTid!: number;
  @IsText(SIGNED_TEXT_BYTES_MAX, 1) readonly json!: string;
  @IsText(HEX_BYTES_MAX, 1) readonly ownerSignature!: string;
  @IsText(HEX_BYTES_MAX, 1) readonly successorSignature!: string;
}

class RebasedWorkloadBody {
  @IsNumberedId() readonly workloadId!: number;
  @IsAmounts() readonly rates!: AmountsBody;
}

export class RebasePoolBody extends PoolCommandBody {
  @IsMessages(() => RebasedWorkloadBody, 0, WORKLOADS_PER_REQUEST_MAX) readonly workloads!: readonly RebasedWorkloadBody[];
  @IsIntegerBetween(1, FORMULA_VERSION_MAX) readonly formulaVersion!: number;
}
