import { IsIntegerBetween, IsMessages, IsMinPosition } from '@drawdown/grpc';
import { PLAN_CHANGES_MAX } from '../limits.js';
import { IsNumberedId, IsOptionalSecond, IsSecond, PageBody, PoolPageBody, PoolReadBody, ReadBody } from './parts.js';

const CONTRIBUTIONS_MAX = 1_000;

export class GetPoolBody extends PoolReadBody {
  @IsOptionalSecond() readonly settledAt: number | undefined;
}

export class StreamPoolsBody extends ReadBody {}

export class ListPoolsByOwnerBody extends PageBody {
  @IsNumberedId() readonly customerTid!: number;
}

export class ListExpiredPoolsBody extends PageBody {
  @IsOptionalSecond() readonly at: number | undefined;
}

export class GetNextExpiringPoolBody {
  @IsOptionalSecond() readonly at: number | undefined;
  @IsMinPosition() readonly minPosition!: string;
}

export class ListPoolMembersBody extends PoolPageBody {}

export class ListPoolSegmentsBody extends PoolPageBody {
  @IsOptionalSecond() readonly startAt: number | undefined;
  @IsOptionalSecond() readonly endAt: number | undefined;
}

export class ExplainPoolBody extends PoolReadBody {
  @IsIntegerBetween(0, CONTRIBUTIONS_MAX) readonly contributionsMax!: number;
}

/** What is planned is one of several messages: the converter looks at it. */
class PlannedChangeBody {
  @IsSecond() readonly at!: number;
}

export class ForecastPoolBody extends PoolReadBody {
  @IsMessages(() => PlannedChangeBody, 0, PLAN_CHANGES_MAX) readonly plan!: readonly PlannedChangeBody[];
  @IsOptionalSecond() readonly until: number | undefined;
}

/** Which command is one of several messages: the converter looks at it. */
export class WhatIfBody extends PoolReadBody {}
