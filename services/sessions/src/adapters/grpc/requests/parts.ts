import { IsInstant, IsKey, IsMinPosition, IsPageSize, IsPageToken, IsRequestId } from '@drawdown/grpc';
import type { Timestamp } from '@drawdown/proto';

/*
 * What requests must be before any code of ours sees them: shapes, sizes and ranges. What they mean is the domain's matter. Names are those
 * of the contract.
 */

export abstract class CommandBody {
  @IsRequestId() readonly requestId!: string;
  @IsInstant() readonly requestTime!: Timestamp;
}

export abstract class PropertyCommandBody extends CommandBody {
  @IsKey() readonly propertyId!: string;
}

export abstract class PropertyReadBody {
  @IsKey() readonly propertyId!: string;
  @IsMinPosition() readonly minPosition!: string;
}

export abstract class PageBody {
  @IsPageSize() readonly pageSize!: number;
  @IsPageToken() readonly pageToken!: string;
  @IsMinPosition() readonly minPosition!: string;
}
