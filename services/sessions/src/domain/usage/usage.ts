import type { RuleCustomer, UsageRule } from '../property/settings.js';
import type { SessionRevision, SessionUsage } from '../session/closed-session.js';
import { wholeSecondsBetween } from '../session/duration.js';

/** What usage rules measure and whom they charge. */
export interface MeasuredSession extends SessionRevision {
  readonly clientId: string;
  readonly userId?: string | undefined;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly hits: number;
}

export interface WorthOfSession {
  readonly usage: readonly SessionUsage[];
  /** Rules that found no customer in the session: no usage, but counted (issue 4 §3). */
  readonly rulesWithoutCustomer: number;
}

/** What one revision of a session is worth by the rules of its property (design §5, 1). */
export const worthOf = (session: MeasuredSession, rules: readonly UsageRule[]): WorthOfSession => {
  const usage = rules.flatMap((rule): SessionUsage[] => {
    const customer = customerOf(rule.customer, session);
    if (customer === null) return [];
    const id = usageId(session, rule.key);
    return [{ id, rule: rule.key, customer, eventType: rule.eventType, value: String(measured(rule.measure, session)) }];
  });
  return { usage, rulesWithoutCustomer: rules.length - usage.length };
};

/** Id of the usage event: one per session, revision and rule, so that no repeat counts twice. */
export const usageId = ({ sessionId, revision }: SessionRevision, rule: string): string => `${sessionId}:${String(revision)}:${rule}`;

const customerOf = (customer: RuleCustomer, { clientId, userId }: MeasuredSession): string | null => {
  switch (customer.kind) {
    case 'fixed':
      return customer.key;
    case 'user_id':
      return userId ?? null;
    case 'client_id':
      return clientId;
  }
};

const measured = (measure: UsageRule['measure'], session: MeasuredSession): number => {
  switch (measure) {
    case 'count':
      return 1;
    case 'duration':
      return wholeSecondsBetween(session.startedAtMs, session.endedAtMs);
    case 'hits':
      return session.hits;
  }
};
