import { ExpirationUnit, type Expiration } from '@drawdown/proto';
import { percentOf, type Hundredths } from './hundredths.js';

/** One grant of a customer; minutes are counted from the first call of the file. */
export interface GrantPlan {
  /** Unique within the customer. */
  readonly name: string;
  readonly amount: Hundredths;
  /** Lower burns first. */
  readonly priority: number;
  readonly effectiveMinute: number;
  readonly expiration?: Expiration;
  /** Refilled every hour, counted from this minute. */
  readonly refilledHourlyFromMinute?: number;
  /** Taken back at this minute. */
  readonly voidedMinute?: number;
}

/** What a customer has been promised. */
export interface CustomerPlan {
  readonly customer: string;
  /** For people. */
  readonly profile: string;
  readonly grants: readonly GrantPlan[];
}

type Profile = (tokens: number) => Omit<CustomerPlan, 'customer'>;

const from = { effectiveMinute: 0 } as const;
const after = (count: number, unit: ExpirationUnit): { readonly expiration: Expiration } => ({ expiration: { count, unit } });

/** More than is used: something stays. */
const prepaid: Profile = tokens => ({
  profile: 'prepaid',
  grants: [{ ...from, name: 'package', amount: percentOf(120, tokens), priority: 1, ...after(30, ExpirationUnit.DAY) }],
});

/** Less than is used: the rest becomes overage. */
const tooSmall: Profile = tokens => ({
  profile: 'too small',
  grants: [{ ...from, name: 'starter', amount: percentOf(60, tokens), priority: 1 }],
});

/** One priority after the other. */
const tiers: Profile = tokens => ({
  profile: 'tiers',
  grants: [
    { ...from, name: 'reserve', amount: percentOf(40, tokens), priority: 10 },
    { ...from, name: 'plan', amount: percentOf(50, tokens), priority: 5, ...after(1, ExpirationUnit.MONTH) },
    { ...from, name: 'promotion', amount: percentOf(30, tokens), priority: 1, ...after(7, ExpirationUnit.DAY) },
  ],
});

/** An allowance that comes back in the middle and pays what is owed, and a top-up that comes late: empty once, and something left in the end. */
const hourly: Profile = tokens => ({
  profile: 'hourly',
  grants: [
    { ...from, name: 'allowance', amount: percentOf(35, tokens), priority: 5, refilledHourlyFromMinute: 30 },
    { name: 'top-up', effectiveMinute: 40, amount: percentOf(45, tokens), priority: 10 },
  ],
});

/** Of equal priority the one that expires sooner pays first; it is taken back before it is used up. */
const withdrawn: Profile = tokens => ({
  profile: 'withdrawn',
  grants: [
    { ...from, name: 'week pass', amount: percentOf(45, tokens), priority: 1, ...after(1, ExpirationUnit.WEEK) },
    { ...from, name: 'voucher', amount: percentOf(50, tokens), priority: 1, ...after(1, ExpirationUnit.HOUR), voidedMinute: 20 },
  ],
});

const PROFILES = [prepaid, tooSmall, tiers, hourly, withdrawn] as const;

/** A plan for every customer, in order of name: the profiles take turns, the amounts follow from what the customer will use. */
export const plansFor = (tokensByCustomer: ReadonlyMap<string, number>): readonly CustomerPlan[] =>
  [...tokensByCustomer]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([customer, tokens], index) => ({ customer, ...(PROFILES[index % PROFILES.length] ?? prepaid)(tokens) }));
