import { newRequestIdentity, toTimestamp, type DrawdownClient } from '@drawdown/cli';
import {
  Entitlement,
  EntitlementType,
  EntitlementsServiceService,
  Grant,
  GrantsServiceService,
  type CreateGrantRequest,
} from '@drawdown/proto';
import { NAMES } from './catalogue.js';
import { MINUTE_MS } from './expectation.js';
import { toDecimal } from './hundredths.js';
import type { CustomerPlan, GrantPlan } from './plans.js';

/** Longer than the story, so that no period ends in it. */
const USAGE_PERIOD = 'P1D';
const REFILL_PERIOD = 'PT1H';
/** Under this name a grant carries what the plan calls it. */
export const PLAN_LABEL = 'plan';

/**
 * Gives a customer the entitlement and the grants of its plan. Periods are counted, and usage is measured, from `startMs`.
 * Answers the position of the last command.
 */
export const promise = async (client: DrawdownClient, plan: CustomerPlan, startMs: number): Promise<string> => {
  const start = toTimestamp(startMs);
  const entitlement = Entitlement.create({
    customer: plan.customer,
    featureKey: NAMES.feature,
    type: EntitlementType.METERED,
    metered: { measureUsageFrom: start, usagePeriod: { interval: USAGE_PERIOD, anchor: start } },
  });
  const created = await client.call(EntitlementsServiceService.createEntitlement, { ...newRequestIdentity(), entitlement });
  let { position } = created;
  for (const grant of plan.grants) position = await createGrant(client, plan.customer, grant, startMs);
  return position;
};

const createGrant = async (client: DrawdownClient, customer: string, plan: GrantPlan, startMs: number): Promise<string> => {
  const at = (minute: number) => toTimestamp(startMs + minute * MINUTE_MS);
  const { refilledHourlyFromMinute: refilled, voidedMinute: voided } = plan;
  const request: CreateGrantRequest = {
    ...newRequestIdentity(),
    grant: Grant.create({
      customer,
      featureKey: NAMES.feature,
      amount: toDecimal(plan.amount),
      priority: plan.priority,
      effectiveAt: at(plan.effectiveMinute),
      expiration: plan.expiration,
      recurrence: refilled === undefined ? undefined : { interval: REFILL_PERIOD, anchor: at(refilled) },
      metadata: { [PLAN_LABEL]: plan.name },
    }),
  };
  const { grant, position } = await client.call(GrantsServiceService.createGrant, request);
  if (voided === undefined || grant === undefined) return position;
  const end = { ...newRequestIdentity(), customer, grantId: grant.id, at: at(voided) };
  return (await client.call(GrantsServiceService.voidGrant, end)).position;
};
