import { IsBytes, IsKey, IsMessages, IsOptionalInstant, IsText } from '@drawdown/grpc';
import type { Timestamp } from '@drawdown/proto';
import { EVENTS_PER_INGEST_MAX, EVENT_DATA_BYTES_MAX } from '../limits.js';
import { CommandBody } from './parts.js';

const PATH_BYTES_MAX = 512;

/** Rules of one event, applied to each of a batch by itself. */
export class UsageEventBody {
  @IsKey() readonly id!: string;
  @IsText(PATH_BYTES_MAX, 1) readonly source!: string;
  @IsText(PATH_BYTES_MAX, 1) readonly type!: string;
  @IsKey() readonly customer!: string;
  @IsOptionalInstant() readonly time: Timestamp | undefined;
  @IsBytes(EVENT_DATA_BYTES_MAX) readonly data!: Uint8Array;
}

/** Its events are checked one by one, so that a bad one does not refuse the others. */
export class UsageEventsBody {
  @IsMessages(() => AnyEventBody, 1, EVENTS_PER_INGEST_MAX) readonly events!: readonly AnyEventBody[];
}

class AnyEventBody {}

export class CancelUsageBody extends CommandBody {
  @IsKey() readonly customer!: string;
  @IsText(PATH_BYTES_MAX, 1) readonly source!: string;
  @IsKey() readonly id!: string;
}
