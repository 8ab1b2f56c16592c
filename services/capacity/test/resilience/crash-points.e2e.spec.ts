import { ReservationStatus, ReservationsServiceService } from '@drawdown/proto/capacity';
import { HEADERS, type StoredMessage } from '@drawdown/eventlog';
import { eventually, type ServiceClient, type TestDeployment } from '@drawdown/testing';
import { jetstream } from '@nats-io/jetstream';
import { headers as newHeaders } from '@nats-io/transport-node';
import { deployCapacity } from './deployment.js';
import { creditedIn, requireOnce } from './once.js';
import { messagesOf, logsOf } from './whole-log.js';
import { World, type Bought } from './world.js';

const NAMESPACE = 'acme';
const CUS = 3_600;
const LEASE_TTL_MS = 6_000;
const FIRST_TID = 101;
/** At least as many as a purchase has messages. */
const PURCHASES = 10;
const MS_MAX = 120_000;

let whole: TestDeployment;
let cut: TestDeployment;

beforeAll(async () => {
  whole = await deployCapacity({ leaseTtlMs: LEASE_TTL_MS });
  cut = await deployCapacity({ leaseTtlMs: LEASE_TTL_MS });
}, MS_MAX);
afterAll(async () => {
  await whole.close();
  await cut.close();
});

const clientOf = async (deployment: TestDeployment): Promise<ServiceClient> =>
  deployment.clientOf(await deployment.start(), NAMESPACE, ['operator']);

/** Each by a customer of its own, so that they have no message in common but those of the counter. */
const buy = async (client: ServiceClient): Promise<readonly Bought[]> => {
  const [first, ...others] = Array.from({ length: PURCHASES }, (_, index) => new World(() => client, FIRST_TID + index));
  if (first === undefined) throw new Error('nobody buys');
  await first.prepare();
  for (const world of others) {
    await world.register();
    await world.deposit();
  }
  return Promise.all([first, ...others].map(world => world.buy(0, CUS)));
};

const isPayment = (types = ''): boolean => types.includes('.payment-');

/** The purchase that a message belongs to; absent: to none, or to the time before. */
const purchaseOf = (bought: readonly Bought[], { subject, headers }: StoredMessage): number | undefined => {
  const [kind, key] = whole.subjects.parse(subject)?.values ?? [];
  if (kind === 'nonce') return Number(key) - FIRST_TID;
  // A party's messages begin with its registration and its money.
  if (kind === 'party') return isPayment(headers.get(HEADERS.eventTypes)) ? Number(key) - FIRST_TID : undefined;
  const index = bought.findIndex(({ poolId }) => (kind === 'pool' || kind === 'reservation') && poolId === Number(key));
  return index === -1 ? undefined : index;
};

/** Copies the log, of the n-th purchase no more than its first n messages: as if all had crashed then. @returns messages of the longest */
const copyCut = async (bought: readonly Bought[]): Promise<number> => {
  const publisher = jetstream(cut.nats);
  const seen = new Map<number, number>();
  for await (const message of messagesOf(whole)) {
    const purchase = purchaseOf(bought, message);
    if (purchase !== undefined) {
      const ordinal = (seen.get(purchase) ?? 0) + 1;
      seen.set(purchase, ordinal);
      if (ordinal > purchase + 1) continue;
    }
    const headers = newHeaders();
    for (const name of message.headers.keys()) {
      if (!name.startsWith('Nats-')) headers.set(name, message.headers.get(name) ?? '');
    }
    const subject = `${cut.prefix}${message.subject.slice(whole.prefix.length)}`;
    await publisher.publish(subject, message.data, { headers });
  }
  return Math.max(...seen.values());
};

it(
  'brings every purchase to its end, and credits it once, after whichever of its messages everybody crashed',
  async () => {
    const client = await clientOf(whole);
    const bought = await buy(client);
    await eventually('all are concluded', async () => {
      const reservations = await Promise.all(
        bought.map(({ reservationId }) => client.call(ReservationsServiceService.getReservation, { reservationId, minPosition: '' })),
      );
      return reservations.every(({ payment }) => payment?.released === true) ? true : undefined;
    });
    const messages = await copyCut(bought);
    // Otherwise no purchase was cut after its last but one.
    expect(PURCHASES).toBeGreaterThanOrEqual(messages);

    const again = await clientOf(cut);
    const submitted = [...(await reservationsIn())].sort((left, right) => left - right);
    expect(submitted.length).toBeGreaterThan(PURCHASES / 2);
    const unfinished = async (): Promise<readonly string[]> => {
      const told = await Promise.all(
        submitted.map(reservationId => again.call(ReservationsServiceService.getReservation, { reservationId, minPosition: '' })),
      );
      return told.flatMap(({ reservation, payment }) =>
        reservation?.status === ReservationStatus.SETTLED && payment?.released === true
          ? []
          : [`${reservation?.reservationId} stands at ${ReservationStatus[reservation?.status ?? 0]}`],
      );
    };
    const isOver = async (): Promise<true | undefined> => ((await unfinished()).length === 0 ? true : undefined);
    await eventually('all are settled', isOver, MS_MAX / 4).catch(() => undefined);
    expect(await unfinished()).toEqual([]);
    const logs = await logsOf(cut);
    requireOnce(logs);
    expect([...logs.values()].flatMap(creditedIn).sort((left, right) => left - right)).toEqual(submitted);
    for (const log of logs.values()) expect(log.at(-1)?.states.at(-1)?.credited).toEqual([CUS * 1_000, 0, 0]);
  },
  MS_MAX,
);

/** Reservations that the shortened log knows of: what was not recorded was not answered either. */
const reservationsIn = async (): Promise<ReadonlySet<number>> => {
  const numbers = new Set<number>();
  for await (const { subject } of messagesOf(cut)) {
    const [kind, key] = cut.subjects.parse(subject)?.values ?? [];
    if (kind === 'reservation') numbers.add(Number(key));
  }
  return numbers;
};
