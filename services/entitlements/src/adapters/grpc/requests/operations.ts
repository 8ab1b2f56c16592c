import { IsIntegerBetween, IsOneOf, IsPageSize, IsPageToken, IsText } from '@drawdown/grpc';
import { CommandBody } from './parts.js';

const REASON_BYTES_MAX = 512;

export class NothingBody {}

export class ProjectionBody {
  @IsOneOf(['entitlements']) readonly projection!: string;
}

export class AuditProjectionBody extends ProjectionBody {
  @IsIntegerBetween(0, 63) readonly partition!: number;
}

export class ListDeadLettersBody {
  @IsPageSize() readonly pageSize!: number;
  @IsPageToken() readonly pageToken!: string;
}

export class DeadLetterBody {
  @IsIntegerBetween(1, Number.MAX_SAFE_INTEGER) readonly sequence!: number;
}

export class TakeBackMessageBody extends CommandBody {
  @IsOneOf(['usage', 'entitlements']) readonly stream!: string;
  @IsIntegerBetween(1, Number.MAX_SAFE_INTEGER) readonly sequence!: number;
}

export class SetAsideMessageBody extends TakeBackMessageBody {
  @IsText(REASON_BYTES_MAX, 1) readonly reason!: string;
}
