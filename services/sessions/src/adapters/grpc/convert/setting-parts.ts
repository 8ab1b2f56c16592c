import {
  FilterAction,
  FilterMode,
  UsageMeasure,
  type CalendarBoundary as BoundaryMessage,
  type Filter as FilterMessage,
  type UsageRule as UsageRuleMessage,
} from '@drawdown/proto/sessions';
import type { CalendarBoundary, FilterSettings, RuleCustomer, UsageRule } from '../../../domain/index.js';
import { fromApiTimestamp, toApiTimestamp } from './instants.js';
import { required, requireId, wrongField } from './refuse.js';

export const fromApiBoundary = (message: BoundaryMessage | undefined): CalendarBoundary => {
  const boundary = message?.boundary;
  if (boundary === undefined) return { kind: 'none' };
  if (boundary.$case === 'midnight') return { kind: 'midnight', timeZone: boundary.value.timeZone };
  const anchor = required(boundary.value.anchor, 'calendar_boundary.billing_period.anchor');
  return { kind: 'billing_period', anchorMs: fromApiTimestamp(anchor), interval: boundary.value.interval };
};

export const toApiBoundary = (boundary: CalendarBoundary): BoundaryMessage | undefined => {
  switch (boundary.kind) {
    case 'none':
      return undefined;
    case 'midnight':
      return { boundary: { $case: 'midnight', value: { timeZone: boundary.timeZone } } };
    case 'billing_period':
      return {
        boundary: { $case: 'billingPeriod', value: { anchor: toApiTimestamp(boundary.anchorMs), interval: boundary.interval } },
      };
  }
};

export const fromApiFilter = ({ name, action, mode, expression }: FilterMessage): FilterSettings => ({
  name,
  action: action === FilterAction.ALLOW ? 'allow' : 'exclude',
  mode: mode === FilterMode.TEST ? 'test' : 'live',
  expression,
});

export const toApiFilter = ({ name, action, mode, expression }: FilterSettings): FilterMessage => ({
  name,
  action: action === 'allow' ? FilterAction.ALLOW : FilterAction.EXCLUDE,
  mode: mode === 'test' ? FilterMode.TEST : FilterMode.LIVE,
  expression,
});

const MEASURES: Readonly<Record<UsageRule['measure'], UsageMeasure>> = {
  count: UsageMeasure.COUNT,
  duration: UsageMeasure.DURATION,
  hits: UsageMeasure.HITS,
};

const measureOf = (message: UsageMeasure): UsageRule['measure'] => {
  if (message === UsageMeasure.DURATION) return 'duration';
  return message === UsageMeasure.HITS ? 'hits' : 'count';
};

export const fromApiUsageRule = (message: UsageRuleMessage, index: number): UsageRule => ({
  key: message.key,
  measure: measureOf(message.measure),
  eventType: message.eventType,
  customer: fromApiCustomer(message.customer, `usage_rules[${String(index)}]`),
});

/** A choice that is named but not taken (`user_id: false`) says nothing. */
const fromApiCustomer = (customer: UsageRuleMessage['customer'], path: string): RuleCustomer => {
  if (customer?.$case === 'fixedCustomer') return { kind: 'fixed', key: requireId(customer.value, `${path}.fixed_customer`) };
  if (customer?.value === true) return customer.$case === 'userId' ? { kind: 'user_id' } : { kind: 'client_id' };
  throw wrongField(path, 'must name a customer: fixed_customer, user_id or client_id');
};

export const toApiUsageRule = ({ key, measure, eventType, customer }: UsageRule): UsageRuleMessage => ({
  key,
  measure: MEASURES[measure],
  eventType,
  customer: toApiCustomer(customer),
});

const toApiCustomer = (customer: RuleCustomer): UsageRuleMessage['customer'] => {
  switch (customer.kind) {
    case 'fixed':
      return { $case: 'fixedCustomer', value: customer.key };
    case 'user_id':
      return { $case: 'userId', value: true };
    case 'client_id':
      return { $case: 'clientId', value: true };
  }
};
