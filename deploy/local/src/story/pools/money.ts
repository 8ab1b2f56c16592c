import type { DrawdownClient } from '@drawdown/cli';
import { DirectoryServiceService } from '@drawdown/proto/capacity';
import { DEPOSIT, MONEY, type Customer } from './cast.js';
import type { PoolPlan } from './plans.js';
import { MILLI } from './units.js';

/** List prices of a unit-second, in 10⁻⁷ of the asset (capacity §6.5). */
const PRICES = { cu: 385n, su: 308n, ipv4u: 231n } as const;

const DECIMALS = 7;

/** What a customer has to pay for all that it buys in the story, in 10⁻⁷ of the asset. */
export const dueOf = (plans: readonly PoolPlan[]): bigint =>
  plans
    .flatMap(({ steps }) => steps)
    .reduce((sum, step) => {
      if (step.kind !== 'buy') return sum;
      const { cu, su, ipv4u } = step.amounts;
      return sum + (PRICES.cu * cu + PRICES.su * su + PRICES.ipv4u * ipv4u) / MILLI;
    }, 0n);

/** What a customer has paid, as its prepaid money tells. */
export const paidBy = async (client: DrawdownClient, { tid }: Customer): Promise<bigint> => {
  const { funds } = await client.call(DirectoryServiceService.getParty, { tid, minPosition: '' });
  const left = funds.find(({ asset }) => asset === MONEY.asset)?.amount ?? '0';
  return DEPOSIT - BigInt(left);
};

/** `37,233.4621 TFT`. */
export const moneyText = (amount: bigint): string => {
  const digits = String(amount).padStart(DECIMALS + 1, '0');
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '');
  return `${BigInt(digits.slice(0, -DECIMALS)).toLocaleString('en-US')}${fraction === '' ? '' : `.${fraction}`} ${MONEY.currency}`;
};
