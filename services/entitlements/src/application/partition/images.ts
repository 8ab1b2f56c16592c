import type { InstantMs } from '@drawdown/calendar';
import type { BalanceReading } from '../../domain/index.js';
import type { Account } from '../accounts/account.js';
import type { AccountImage } from '../accounts/account-store.js';

/** The account as it is stored, with its balances at the server time of the latest message in it (design §4.6). */
export const imageOf = (account: Account): AccountImage => {
  const at = Math.max(account.lastUsageMs, account.customer.changedAt);
  return {
    key: account.key,
    customer: account.customer,
    usageSequence: account.usageSequence,
    lastUsageMs: account.lastUsageMs,
    ledgerSequence: account.aggregate.sequence,
    readings: readingsAt(account, at),
  };
};

const readingsAt = (account: Account, at: InstantMs): ReadonlyMap<string, BalanceReading> => {
  const readings = new Map<string, BalanceReading>();
  for (const entitlement of account.customer.entitlements) {
    if (at < entitlement.measureUsageFrom) continue;
    readings.set(entitlement.id, account.usageOf(entitlement).balanceAt(entitlement, at).readAt(at));
  }
  return readings;
};
