import { ListReservationsRequest, ReservationsServiceService, type Reservation } from '@drawdown/proto/capacity';
import type { Command } from 'commander';
import { collect, listAll } from '../../client/pages.js';
import { newRequestIdentity } from '../../client/request-identity.js';
import { readMoney } from '../../capacity/money.js';
import { atOf } from '../../capacity/seconds.js';
import { fieldsOf, printList, printOne, type Output } from '../../output/output.js';
import { addAtOption, readNumber, withCapacity, type AtOption } from './arguments.js';
import { RESERVATION_COLUMNS } from './columns.js';
import { reservationView } from './views.js';

/** Purchases under way and done (capacity §6); `pools open` and `pools top-up` make them. */
export const registerReservations = (program: Command): void => {
  const reservations = program.command('reservations').description('purchases of pools: `pools open` and `pools top-up` make them');
  registerList(reservations);
  registerShow(reservations);
  registerPay(reservations);
  registerReportPayment(reservations);
};

const printReservation = (output: Output, reservation: Reservation | undefined): void => {
  if (reservation !== undefined) printOne(output, fieldsOf(RESERVATION_COLUMNS, reservation), reservationView(reservation));
};

interface ListOptions {
  readonly customer?: number;
  readonly pool?: number;
}

const registerList = (reservations: Command): void => {
  reservations
    .command('list')
    .description('reservations of the namespace')
    .option('--customer <tid>', 'only of this party', readNumber)
    .option('--pool <number>', 'only for this pool', readNumber)
    .action(({ customer = 0, pool = 0 }: ListOptions, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const request = ListReservationsRequest.create({ customerTid: customer, poolId: pool });
        const found = await collect(listAll(client, ReservationsServiceService.listReservations, request, page => page.reservations));
        printList(output, found, RESERVATION_COLUMNS, reservationView);
      }),
    );
};

const registerShow = (reservations: Command): void => {
  reservations
    .command('show')
    .description('one reservation')
    .argument('<reservation>', 'its number', readNumber)
    .option('--min-position <position>', 'no older than this, which a command answered')
    .action((reservationId: number, { minPosition = '' }: { readonly minPosition?: string }, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const { reservation } = await client.call(ReservationsServiceService.getReservation, { reservationId, minPosition });
        printReservation(output, reservation);
      }),
    );
};

const registerPay = (reservations: Command): void => {
  const pay = reservations
    .command('pay')
    .description('pay a reservation of the prepaid money of its customer')
    .argument('<reservation>', 'its number', readNumber);
  addAtOption(pay).action((reservationId: number, { at }: AtOption, command: Command) =>
    withCapacity(command, async ({ client, output }) => {
      const request = { ...newRequestIdentity(), ...atOf(at), reservationId };
      const { reservation } = await client.call(ReservationsServiceService.payReservation, request);
      printReservation(output, reservation);
    }),
  );
};

const registerReportPayment = (reservations: Command): void => {
  const report = reservations
    .command('report-payment')
    .description('say what has come in for a reservation; needs the role operator')
    .argument('<reservation>', 'its number', readNumber)
    .argument('<amount>', 'all that has come in so far, at most seven decimals', readMoney);
  addAtOption(report).action((reservationId: number, received: string, { at }: AtOption, command: Command) =>
    withCapacity(command, async ({ client, output }) => {
      const request = { ...newRequestIdentity(), ...atOf(at), reservationId, received };
      const { reservation } = await client.call(ReservationsServiceService.reportPayment, request);
      printReservation(output, reservation);
    }),
  );
};
