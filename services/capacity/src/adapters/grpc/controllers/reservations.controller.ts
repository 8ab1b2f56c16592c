import { Refusal } from '@drawdown/errors';
import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  ReservationsServiceService,
  type CreateReservationRequest,
  type CreateReservationResponse,
  type GetReservationRequest,
  type GetReservationResponse,
  type ListReservationsRequest,
  type ListReservationsResponse,
  type PayReservationRequest,
  type PayReservationResponse,
  type ReportPaymentRequest,
  type ReportPaymentResponse,
} from '@drawdown/proto/capacity';
import { Controller } from '@nestjs/common';
import { isPaidFromLedger } from '../../../application/payments/prepaid-ledger.js';
import { hasRight, requireParty, requireRight, requireRightOrParty } from '../authorization/rights.js';
import { toApiFreshness } from '../convert/freshness.js';
import {
  fromApiReservation,
  fromApiReservationStatuses,
  toApiEscrow,
  toApiPaymentRecord,
  toApiReservation,
  toApiSignedReservation,
} from '../convert/reservations.js';
import { EdgeCalls } from '../edge-calls.js';
import { EdgePorts } from '../edge-ports.js';
import { decodePageToken, isIndex, pageOf, tokenAfter } from '../paging.js';
import {
  CreateReservationBody,
  GetReservationBody,
  ListReservationsBody,
  PayReservationBody,
  ReportPaymentBody,
} from '../requests/reservations.js';

/** A purchase looks up parties, nodes and a farm, and opens a pool: more than one owner has to answer. */
const CREATE_MS_DEFAULT = 15_000;

/** Purchases (capacity §6). */
@Controller()
export class ReservationsController {
  constructor(
    private readonly calls: EdgeCalls,
    private readonly ports: EdgePorts,
  ) {}

  @Rpc(ReservationsServiceService.createReservation, { request: CreateReservationBody, msDefault: CREATE_MS_DEFAULT })
  async createReservation(request: CreateReservationRequest, context: CallContext): Promise<CreateReservationResponse> {
    const instruction = this.calls.instruction(request, context);
    const { namespace } = context.caller;
    const { value, position } = await this.ports.reservations.create(namespace, fromApiReservation(request), instruction, context);
    return { reservationId: value.id, poolId: value.poolId, escrowInformation: toApiEscrow(value), position };
  }

  @Rpc(ReservationsServiceService.getReservation, { request: GetReservationBody })
  async getReservation(request: GetReservationRequest, context: CallContext): Promise<GetReservationResponse> {
    const { caller } = context;
    if (!hasRight(caller, 'read')) requireParty(caller, 'read');
    const told = await this.calls.ask('reservation/get', request.reservationId, {}, request.minPosition, context);
    requireRightOrParty(caller, 'read', told.answer.customerTid);
    return {
      reservation: toApiSignedReservation(told.answer),
      payment: toApiPaymentRecord(told.answer),
      freshness: toApiFreshness(told),
    };
  }

  @Rpc(ReservationsServiceService.listReservations, { request: ListReservationsBody })
  async listReservations(request: ListReservationsRequest, context: CallContext): Promise<ListReservationsResponse> {
    const { customerTid, poolId } = request;
    const { namespace } = context.caller;
    requireRightOrParty(context.caller, 'read', customerTid);
    const after = decodePageToken(request.pageToken, isIndex);
    const filter = {
      customerTid: unlessZero(customerTid),
      poolId: unlessZero(poolId),
      statuses: fromApiReservationStatuses(request.statuses),
    };
    const rested = await this.ports.queries.reached(request.minPosition, context);
    const { items, next } = await this.ports.queries.reservations(namespace, filter, pageOf(request, after));
    return { reservations: items.map(toApiReservation), nextPageToken: tokenAfter(next), freshness: toApiFreshness(rested) };
  }

  @Rpc(ReservationsServiceService.reportPayment, { request: ReportPaymentBody })
  async reportPayment(request: ReportPaymentRequest, context: CallContext): Promise<ReportPaymentResponse> {
    const { reservationId, received, receivedAt } = request;
    requireRight(context.caller, 'manage');
    const { payment } = await this.calls.look('reservation/get', reservationId, {}, context);
    // What has come in for it only its ledger knows; a report beside that would count the same money twice.
    if (payment !== undefined && isPaidFromLedger(payment.address)) {
      throw new Refusal('RESERVATION_NOT_PAYABLE', 'the reservation is paid from the ledger of its customer');
    }
    const { position } = await this.calls.execute(
      'reservation',
      reservationId,
      request,
      { type: 'report-payment', received: BigInt(received), receivedAt: receivedAt ?? this.ports.nowSeconds() },
      context,
    );
    return { reservation: toApiReservation(await this.calls.look('reservation/get', reservationId, {}, context, position)), position };
  }

  @Rpc(ReservationsServiceService.payReservation, { request: PayReservationBody })
  async payReservation(request: PayReservationRequest, context: CallContext): Promise<PayReservationResponse> {
    const { caller } = context;
    const { reservationId } = request;
    await this.#requirePayer(reservationId, context);
    const instruction = this.calls.instruction(request, context);
    const { value, position } = await this.ports.reservations.pay(caller.namespace, reservationId, instruction, context);
    return { reservation: toApiReservation(value), position };
  }

  async #requirePayer(reservationId: number, context: CallContext): Promise<void> {
    const { caller } = context;
    if (hasRight(caller, 'pay')) return;
    requireParty(caller, 'pay');
    const { customerTid } = await this.calls.look('reservation/get', reservationId, {}, context);
    requireRightOrParty(caller, 'pay', customerTid);
  }
}

const unlessZero = (tid: number): number | undefined => (tid === 0 ? undefined : tid);
