import { IsIntegerBetween, IsOneOf, IsPageSize, IsPageToken, IsText } from '@drawdown/grpc';
import { PARTITIONS } from '@drawdown/eventlog';
import { CommandBody } from './parts.js';

const REASON_BYTES_MAX = 512;
const LONGER_THAN_SECONDS_MAX = 31_536_000;

export class NothingBody {}

export class ListOverdueBody {
  @IsIntegerBetween(0, LONGER_THAN_SECONDS_MAX) readonly longerThanSeconds!: number;
}

/** What is checked is one of two: the converter looks at it. */
export class CheckDueBody {}

export class ProjectionBody {
  @IsOneOf(['capacity']) readonly projection!: string;
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
  @IsOneOf(['capacity']) readonly stream!: string;
  @IsIntegerBetween(1, Number.MAX_SAFE_INTEGER) readonly sequence!: number;
}

export class SetAsideMessageBody extends TakeBackMessageBody {
  @IsText(REASON_BYTES_MAX, 1) readonly reason!: string;
}
