import {
  IsInstant,
  IsIntegerBetween,
  IsMessage,
  IsMinPosition,
  IsOptionalField,
  IsOptionalMessage,
  IsPageSize,
  IsPageToken,
  IsRequestId,
  IsText,
} from '@drawdown/grpc';
import type { Timestamp } from '@drawdown/proto';
import { CAUSE_BYTES_MAX, INSTANT_SECONDS_MAX, PERIOD_SECONDS_MAX } from '../limits.js';

/*
 * What requests must be before any code of ours sees them: shapes, sizes and ranges. What they mean is the domain's matter: an amount that is
 * negative or an id that nobody has is not refused here, so that it is refused with its own code. Names are those of the contract.
 */

/** A number that we, or a counter, gave: 0 and whatever does not exist is not found. */
export const IsNumberedId = (): PropertyDecorator => IsIntegerBetween(0, Number.MAX_SAFE_INTEGER);
export const IsSecond = (): PropertyDecorator => IsIntegerBetween(0, INSTANT_SECONDS_MAX);
export const IsPeriod = (min = 0): PropertyDecorator => IsIntegerBetween(min, PERIOD_SECONDS_MAX);
const IsCause = (): PropertyDecorator => IsText(CAUSE_BYTES_MAX);

/** Applies several at once. */
const all =
  (...decorators: readonly PropertyDecorator[]): PropertyDecorator =>
  (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };

export const IsOptionalSecond = (): PropertyDecorator => all(IsOptionalField(), IsSecond());

/** Whatever 64 bits hold: which of them is an amount is for the domain to say (`INVALID_AMOUNT`). */
export class AmountsBody {}

/** A message whose fields are looked at by its converter, where they have codes of their own. */
export class AnyBody {}

export const IsAmounts = (): PropertyDecorator => IsMessage(() => AmountsBody);
export const IsOptionalAmounts = (): PropertyDecorator => IsOptionalMessage(() => AmountsBody);

export abstract class CommandBody {
  @IsRequestId() readonly requestId!: string;
  @IsInstant() readonly requestTime!: Timestamp;
}

export abstract class TimedCommandBody extends CommandBody {
  @IsOptionalSecond() readonly at: number | undefined;
}

export abstract class ReadBody {
  @IsMinPosition() readonly minPosition!: string;
}

export abstract class PageBody extends ReadBody {
  @IsPageSize() readonly pageSize!: number;
  @IsPageToken() readonly pageToken!: string;
}

export class PoolReadBody extends ReadBody {
  @IsNumberedId() readonly poolId!: number;
}

export abstract class PoolPageBody extends PageBody {
  @IsNumberedId() readonly poolId!: number;
}

export class PoolCommandBody extends TimedCommandBody {
  @IsNumberedId() readonly poolId!: number;
}

export class CausedPoolCommandBody extends PoolCommandBody {
  @IsCause() readonly cause!: string;
}
