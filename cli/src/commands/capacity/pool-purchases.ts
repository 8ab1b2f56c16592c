import { PoolsServiceService, ReservationsServiceService, ReservationStatus } from '@drawdown/proto/capacity';
import type { Command } from 'commander';
import { newRequestIdentity } from '../../client/request-identity.js';
import { readWholeUnitSeconds, wholeUnits, type UnitOptions } from '../../capacity/amounts.js';
import { onceCredited } from '../../capacity/credited.js';
import { moneyText } from '../../capacity/money.js';
import { signPurchase } from '../../capacity/purchase.js';
import { atOf, nowSeconds, secondText } from '../../capacity/seconds.js';
import { readSigner } from '../../capacity/signer.js';
import { fieldsOf, printOne } from '../../output/output.js';
import { plain } from '../../output/plain.js';
import { readMany } from '../arguments.js';
import type { Session } from '../session.js';
import { addAmountOptions, addAtOption, readNumber, withCapacity, type AtOption } from './arguments.js';
import { RESERVATION_COLUMNS } from './columns.js';
import { reservationView } from './views.js';

/** How long a signature counts, from now on even where the purchase is dated back; servers allow at most 24 h (capacity §6.3). */
const SIGNATURE_SECONDS = 3_600;
const CURRENCY_DEFAULT = 'TFT';

export const registerPoolPurchases = (pools: Command): void => {
  const open = pools
    .command('open')
    .description('buy a new pool: sign a reservation, and with --pay pay it')
    .requiredOption('--node <node>', 'where it may be used; may be given again', readMany);
  addPurchaseOptions(open).action((options: PurchaseOptions, command: Command) => {
    requireBothOfSponsor(options, command);
    return withCapacity(command, session => buy(session, { ...options, poolId: 0, nodeIds: options.node ?? [] }));
  });

  const topUp = pools
    .command('top-up')
    .description('buy more for a pool: sign a reservation, and with --pay pay it')
    .argument('<pool>', 'its number', readNumber)
    .option('--node <node>', 'that joins the pool, of the same farm; may be given again', readMany);
  addPurchaseOptions(topUp).action((poolId: number, options: PurchaseOptions, command: Command) => {
    requireBothOfSponsor(options, command);
    return withCapacity(command, async session => {
      const nodeIds = await nodesWith(session, poolId, options.node ?? []);
      return buy(session, { ...options, poolId, nodeIds });
    });
  });
};

interface PurchaseOptions extends UnitOptions, AtOption {
  readonly node?: readonly string[];
  readonly customer: number;
  readonly key: string;
  readonly sponsor?: number;
  readonly sponsorKey?: string;
  readonly currency?: readonly string[];
  readonly pay?: boolean;
  readonly printNumber?: boolean;
}

const addPurchaseOptions = (command: Command): Command =>
  addAtOption(
    addAmountOptions(command, readWholeUnitSeconds)
      .requiredOption('--customer <tid>', 'who buys', readNumber)
      .requiredOption('--key <file>', 'with the key that the customer signs with')
      .option('--sponsor <tid>', 'who signs, too', readNumber)
      .option('--sponsor-key <file>', 'with the key that the sponsor signs with')
      .option('--currency <code>', `what to pay with, most liked first (default: ${CURRENCY_DEFAULT}); may be given again`, readMany)
      .option('--pay', 'at once, of the prepaid money of the customer; exit code 1 when the pool is not credited')
      .option('--print-number', 'print the number of the pool and nothing else'),
  );

const requireBothOfSponsor = ({ sponsor, sponsorKey }: PurchaseOptions, command: Command): void => {
  if ((sponsor === undefined) !== (sponsorKey === undefined)) command.error('error: --sponsor and --sponsor-key go together');
};

/** A purchase names every node that the pool has (capacity §6.1 row 16). */
const nodesWith = async ({ client }: Session, poolId: number, added: readonly string[]): Promise<readonly string[]> => {
  const { pool } = await client.call(PoolsServiceService.getPool, { poolId, withWorkloadIds: false, minPosition: '' });
  return [...new Set([...(pool?.nodeIds ?? []), ...added])];
};

interface Purchase extends PurchaseOptions {
  readonly poolId: number;
  readonly nodeIds: readonly string[];
}

const buy = async ({ client, output }: Session, purchase: Purchase): Promise<boolean> => {
  const signed = signPurchase({
    poolId: purchase.poolId,
    cus: wholeUnits(purchase.cu),
    sus: wholeUnits(purchase.su),
    ipv4us: wholeUnits(purchase.ipv4u),
    nodeIds: purchase.nodeIds,
    currencies: purchase.currency ?? [CURRENCY_DEFAULT],
    customerTid: purchase.customer,
    customer: await readSigner(purchase.key),
    ...(await sponsorOf(purchase)),
    notAfter: nowSeconds() + SIGNATURE_SECONDS,
  });
  const request = { ...newRequestIdentity(), ...atOf(purchase.at), ...signed };
  const created = await client.call(ReservationsServiceService.createReservation, request);
  const { reservationId, poolId, escrowInformation: due, position } = created;
  if (purchase.pay === true) {
    const payment = { ...newRequestIdentity(), ...atOf(purchase.at), reservationId };
    const paid = await client.call(ReservationsServiceService.payReservation, payment);
    const reservation = await onceCredited(client, reservationId, paid.position);
    if (purchase.printNumber === true) output.write(String(poolId));
    else if (reservation !== undefined) printOne(output, fieldsOf(RESERVATION_COLUMNS, reservation), reservationView(reservation));
    return reservation?.status === ReservationStatus.SETTLED;
  }
  if (purchase.printNumber === true) {
    output.write(String(poolId));
    return true;
  }
  const fields = {
    reservation: String(reservationId),
    pool: String(poolId),
    ...(due === undefined ? {} : { 'to pay': moneyText(due), to: due.address, until: secondText(due.expiration) }),
  };
  printOne(output, fields, plain({ reservationId, poolId, escrowInformation: due, position }));
  return true;
};

const sponsorOf = async ({ sponsor, sponsorKey }: PurchaseOptions) =>
  sponsor === undefined || sponsorKey === undefined ? {} : { sponsor: { tid: sponsor, signer: await readSigner(sponsorKey) } };
