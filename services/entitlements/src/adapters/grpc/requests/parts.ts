import {
  ExactlyOneOf,
  IsInstant,
  IsInterval,
  IsKey,
  IsMinPosition,
  IsOptionalInstant,
  IsPageSize,
  IsPageToken,
  IsRequestId,
  IsText,
} from '@drawdown/grpc';
import type { Timestamp } from '@drawdown/proto';

/*
 * What requests must be before any code of ours sees them: shapes, sizes and ranges. What they mean is the domain's matter. Names are those
 * of the contract.
 */

export abstract class CommandBody {
  @IsRequestId() readonly requestId!: string;
  @IsInstant() readonly requestTime!: Timestamp;
}

export abstract class EntitlementBody {
  @IsKey() readonly customer!: string;
  @ExactlyOneOf('entitlementId', 'featureKey') @IsText(128) readonly entitlementId!: string;
  @IsText(128) readonly featureKey!: string;
}

export class RecurrenceBody {
  @IsInterval() readonly interval!: string;
  @IsOptionalInstant() readonly anchor: Timestamp | undefined;
}

export class PageBody {
  @IsPageSize() readonly pageSize!: number;
  @IsPageToken() readonly pageToken!: string;
  @IsMinPosition() readonly minPosition!: string;
}
