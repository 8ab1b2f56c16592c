import { parseInstant, parseInterval, type InstantMs } from '@drawdown/calendar';
import { isRefusal } from '@drawdown/errors';
import { parseQuantity } from '@drawdown/quantity';
import {
  decideCustomer,
  evolveCustomer,
  NEW_CUSTOMER,
  type CreateEntitlement,
  type CreateGrant,
  type Customer,
  type CustomerCommand,
  type CustomerEvent,
} from '../../src/domain/index.js';

export const at = (text: string): InstantMs => parseInstant(`2025-03-${text}Z`);

export const createEntitlement = (change: Partial<CreateEntitlement> = {}): CreateEntitlement => ({
  type: 'create-entitlement',
  entitlementId: 'e1',
  defaultGrantId: 'g0',
  featureKey: 'tokens',
  feature: { key: 'tokens', name: 'Tokens', meterKey: 'tokens', groupFilters: {} },
  featureIsArchived: false,
  meter: { key: 'tokens', eventType: 'llm.call', aggregation: 'SUM', valuePath: '$.tokens', groupBy: {} },
  measureUsageFrom: 'now',
  usagePeriod: { interval: parseInterval('P1M') },
  preserveOverageAtReset: false,
  isSoftLimit: false,
  lateness: { lateAfterMs: 3_600_000, lateWindowMs: 604_800_000, beyond: 'book-now' },
  metadata: {},
  ...change,
});

export const createGrant = (change: Partial<CreateGrant> = {}): CreateGrant => ({
  type: 'create-grant',
  grantId: 'g1',
  entitlement: 'tokens',
  amount: parseQuantity('100'),
  effectiveAt: at('10T09:00:30'),
  metadata: {},
  ...change,
});

type Given = readonly [when: InstantMs, command: CustomerCommand];

const decideAll = (given: readonly Given[]): Customer =>
  given.reduce((customer, [when, command]) => evolveAll(customer, decideCustomer(command, customer, when), when), NEW_CUSTOMER);

const evolveAll = (customer: Customer, events: readonly CustomerEvent[], when: InstantMs): Customer =>
  events.reduce((state, event) => evolveCustomer(state, event, when), customer);

/** Speaks of commands given one after the other, of one more, and of what comes out. */
export const given = (...commands: readonly Given[]) => {
  const customer = decideAll(commands);
  return {
    customer,
    when: (when: InstantMs, command: CustomerCommand) => ({
      then: (check: (events: readonly CustomerEvent[], after: Customer) => void): void => {
        const events = decideCustomer(command, customer, when);
        check(events, evolveAll(customer, events, when));
      },
      thenRefuses: (reason: string, rule?: string): void => {
        expect(refusalOf(() => decideCustomer(command, customer, when))).toEqual({ reason, rule });
      },
    }),
  };
};

const refusalOf = (decide: () => unknown): { reason: string; rule: string | undefined } => {
  try {
    decide();
  } catch (error) {
    if (isRefusal(error)) return { reason: error.reason, rule: error.metadata.rule };
    throw error;
  }
  throw new Error('the command was expected to be refused');
};
