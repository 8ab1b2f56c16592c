import { readWebhookSecrets } from './adapters/payments/webhook-secrets.js';
import { WebhookPayments } from './adapters/payments/webhook.js';
import type { CapacityCalls } from './application/calls.js';
import { assetsOf } from './application/flows/assets.js';
import { NO_OUTSIDE_PAYMENTS } from './application/payments/no-outside-payments.js';
import { PaymentsByAddress } from './application/payments/payments-by-address.js';
import type { Payments } from './application/payments/port.js';
import { PrepaidLedger, type ExecuteOnLedger } from './application/payments/prepaid-ledger.js';
import type { CapacityConfiguration } from './configuration.js';
import type { PaymentTerms } from './domain/index.js';

/** An instruction to a ledger waits for its owner no longer than this; then it is given again. */
const LEDGER_MS_MAX = 10_000;
const LIMITS = { remainingMs: () => LEDGER_MS_MAX };

/** Who keeps the money of reservations, as configured (capacity §6.5). @throws Error: half a configuration of the webhook */
export const paymentsOf = async (
  configuration: CapacityConfiguration,
  calls: CapacityCalls,
  clock: { nowMs(): number },
): Promise<Payments> => {
  const ledger = new PrepaidLedger(executeOnLedger(calls, clock));
  const webhook = await webhookOf(configuration, clock);
  return new PaymentsByAddress(ledger, webhook ?? NO_OUTSIDE_PAYMENTS, webhook === undefined ? 'ledger' : 'outside');
};

/** How purchases are paid here; where, says whoever keeps the money. @throws Refusal `VALIDATION`: what is configured is no list of assets */
export const termsOf = ({ network, assets, isFree }: CapacityConfiguration): Omit<PaymentTerms, 'address'> => ({
  network,
  assets: assetsOf(assets),
  isFree,
});

const webhookOf = async (configuration: CapacityConfiguration, clock: { nowMs(): number }): Promise<WebhookPayments | undefined> => {
  const { paymentsWebhookUrl, paymentsWebhookSecretFile, paymentsAddress } = configuration;
  if (paymentsWebhookUrl === undefined) return undefined;
  if (paymentsWebhookSecretFile === undefined || paymentsAddress === undefined) {
    throw new Error(
      'DRAWDOWN_CAPACITY_PAYMENTS_WEBHOOK_URL needs DRAWDOWN_CAPACITY_PAYMENTS_WEBHOOK_SECRET_FILE and DRAWDOWN_CAPACITY_PAYMENTS_ADDRESS',
    );
  }
  const secrets = await readWebhookSecrets(paymentsWebhookSecretFile);
  return new WebhookPayments({ url: paymentsWebhookUrl, secrets, address: paymentsAddress, clock });
};

/** Every event of a party carries it whole; of an instruction that changed nothing the party itself is asked. */
const executeOnLedger =
  (calls: CapacityCalls, clock: { nowMs(): number }): ExecuteOnLedger =>
  async ({ namespace, tid, id, command }) => {
    const given = { id, createdAtMs: clock.nowMs(), bodyHash: 'ledger', command };
    const { events, position } = await calls.execute('party', namespace, tid, given, LIMITS);
    const last = events.at(-1);
    if (last !== undefined) return last.party;
    return (await calls.ask('party/get', namespace, tid, {}, { ...LIMITS, minPosition: position })).answer;
  };
