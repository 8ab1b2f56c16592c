import { IsIntegerBetween, IsKey, IsOneOf, IsPageSize, IsPageToken, IsText } from '@drawdown/grpc';
import { PARTITIONS } from '@drawdown/eventlog';
import { CommandBody } from './parts.js';

const REASON_BYTES_MAX = 512;
const CLOSE_ID_BYTES_MAX = 256;
const LONGER_THAN_MS_MAX = 31 * 86_400_000;

export class NothingBody {}

export class ListOverdueBody {
  @IsIntegerBetween(0, LONGER_THAN_MS_MAX) readonly longerThanMs!: number;
}

export class CheckDueBody {
  @IsIntegerBetween(0, PARTITIONS - 1) readonly partition!: number;
}

export class ProjectionBody {
  @IsOneOf(['sessions']) readonly projection!: string;
}

export class ProjectionPartitionBody extends ProjectionBody {
  @IsIntegerBetween(0, PARTITIONS - 1) readonly partition!: number;
}

export class ListDeadLettersBody {
  @IsPageSize() readonly pageSize!: number;
  @IsPageToken() readonly pageToken!: string;
}

export class DeadLetterBody {
  @IsIntegerBetween(1, Number.MAX_SAFE_INTEGER) readonly sequence!: number;
}

export class TakeBackMessageBody extends CommandBody {
  @IsOneOf(['hits', 'sessions']) readonly stream!: string;
  @IsIntegerBetween(1, Number.MAX_SAFE_INTEGER) readonly sequence!: number;
}

export class SetAsideMessageBody extends TakeBackMessageBody {
  @IsText(REASON_BYTES_MAX, 1) readonly reason!: string;
}

export class RepairSessionBody extends CommandBody {
  @IsKey() readonly namespace!: string;
  @IsKey() readonly propertyId!: string;
  @IsText(CLOSE_ID_BYTES_MAX, 1) readonly closeId!: string;
}
