export { compareHits, type Ordered } from './hit/order.js';
export { PLATFORMS, type Hit, type Platform, type ValueLists } from './hit/hit.js';
export type {
  CalendarBoundary,
  FilterSettings,
  HardCaps,
  Property,
  PropertySettings,
  RuleCustomer,
  Scope,
  SplitSettings,
  UsageRule,
} from './property/settings.js';
export type { CloseCause, Join, SessionHeader, SessionRevision, SessionUsage, SplitCause } from './session/closed-session.js';
