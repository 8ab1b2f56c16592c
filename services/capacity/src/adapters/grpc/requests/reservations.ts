import { IsOptionalMessage } from '@drawdown/grpc';
import { AnyBody, IsNumberedId, IsOptionalSecond, PageBody, ReadBody, TimedCommandBody } from './parts.js';

/**
 * The checks of capacity §6.1 have codes and an order of their own: only what every command carries is looked at before them, and that numbers
 * are numbers.
 */
export class CreateReservationBody extends TimedCommandBody {
  @IsNumberedId() readonly customerTid!: number;
  @IsNumberedId() readonly sponsorTid!: number;
  @IsOptionalMessage(() => AnyBody) readonly dataReservation: object | undefined;
}

export class GetReservationBody extends ReadBody {
  @IsNumberedId() readonly reservationId!: number;
}

export class ListReservationsBody extends PageBody {
  @IsNumberedId() readonly customerTid!: number;
  @IsNumberedId() readonly poolId!: number;
}

export class PayReservationBody extends TimedCommandBody {
  @IsNumberedId() readonly reservationId!: number;
}

export class ReportPaymentBody extends PayReservationBody {
  @IsOptionalSecond() readonly receivedAt: number | undefined;
}
