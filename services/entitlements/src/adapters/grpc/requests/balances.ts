import { IsKey, IsMessages, IsMinPosition, IsOptionalInstant, IsPageSize, IsPageToken } from '@drawdown/grpc';
import type { Timestamp } from '@drawdown/proto';
import { CHECKS_PER_BATCH_MAX } from '../limits.js';
import { EntitlementBody } from './parts.js';

export class CheckAccessBody {
  @IsKey() readonly customer!: string;
  @IsKey() readonly featureKey!: string;
  @IsMinPosition() readonly minPosition!: string;
}

class AccessCheckBody {
  @IsKey() readonly customer!: string;
  @IsKey() readonly featureKey!: string;
}

export class BatchCheckAccessBody {
  @IsMessages(() => AccessCheckBody, 1, CHECKS_PER_BATCH_MAX) readonly checks!: readonly AccessCheckBody[];
  @IsMinPosition() readonly minPosition!: string;
}

export class GetBalanceBody extends EntitlementBody {
  @IsOptionalInstant() readonly at: Timestamp | undefined;
  @IsMinPosition() readonly minPosition!: string;
}

export class GetBalanceHistoryBody extends EntitlementBody {
  @IsOptionalInstant() readonly startTime: Timestamp | undefined;
  @IsOptionalInstant() readonly endTime: Timestamp | undefined;
  @IsPageSize() readonly pageSize!: number;
  @IsPageToken() readonly pageToken!: string;
  @IsMinPosition() readonly minPosition!: string;
}
