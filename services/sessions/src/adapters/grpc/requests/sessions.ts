import { IsInstant, IsIntegerBetween, IsKey, IsOptionalInstant, IsOptionalMessage, IsPageSize, IsPageToken, IsText } from '@drawdown/grpc';
import type { Timestamp } from '@drawdown/proto';
import { CONCURRENT_SESSIONS_MAX } from '../limits.js';
import { CommandBody, PropertyCommandBody, PropertyReadBody } from './parts.js';
import { SettingsBody } from './properties.js';

const ID_BYTES_MAX = 128;
const LANE_BYTES_MAX = 64;
const NAME_BYTES_MAX = 128;

export class GetOpenSessionBody extends PropertyReadBody {
  @IsText(ID_BYTES_MAX) readonly clientSessionId!: string;
}

export class GetSessionBody extends PropertyReadBody {
  @IsPageSize() readonly pageSize!: number;
  @IsPageToken() readonly pageToken!: string;
  @IsText(LANE_BYTES_MAX) readonly replay!: string;
}

export class ListSessionsBody extends PropertyReadBody {
  @IsText(ID_BYTES_MAX) readonly clientId!: string;
  @IsText(ID_BYTES_MAX) readonly userId!: string;
  @IsOptionalInstant() readonly startTime!: Timestamp | undefined;
  @IsOptionalInstant() readonly endTime!: Timestamp | undefined;
  @IsText(LANE_BYTES_MAX) readonly lane!: string;
  @IsText(LANE_BYTES_MAX) readonly replay!: string;
  @IsPageSize() readonly pageSize!: number;
  @IsPageToken() readonly pageToken!: string;
}

export class WatchSessionsBody {
  @IsText(ID_BYTES_MAX) readonly propertyId!: string;
}

export class EndSessionBody extends PropertyCommandBody {
  @IsText(NAME_BYTES_MAX, 1) readonly name!: string;
}

export class UnmergeBody extends PropertyCommandBody {
  @IsText(NAME_BYTES_MAX, 1) readonly name!: string;
}

export class EraseClientBody extends PropertyCommandBody {}

export class ExportClientBody {
  @IsKey() readonly propertyId!: string;
}

export class CheckConcurrentSessionsBody {
  @IsKey() readonly propertyId!: string;
  @IsIntegerBetween(1, CONCURRENT_SESSIONS_MAX) readonly limit!: number;
}

export class StartReplayBody extends CommandBody {
  @IsKey() readonly propertyId!: string;
  @IsInstant() readonly startTime!: Timestamp;
  @IsOptionalInstant() readonly endTime!: Timestamp | undefined;
  @IsOptionalMessage(() => SettingsBody) readonly settings!: SettingsBody | undefined;
}
