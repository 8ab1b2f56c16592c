export { compareHits, type Ordered } from './hit/order.js';
export { PLATFORMS, type Hit, type Platform, type ValueLists } from './hit/hit.js';
export { sizeOfHit } from './hit/size.js';
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
export { nextBoundaryOf, type NextBoundary } from './split/calendar.js';
export { splitConditionsOf, type SplitCondition, type SplitEvent, type SplitRules } from './split/conditions.js';
export { campaignOf, splitViewOf } from './split/hit-view.js';
export { modified, splitting, type Modifier, type Piece } from './split/piece.js';
export { splitHits, type Stretch } from './split/split.js';
export { timeoutMsOf } from './split/timeout.js';
export type {
  IdentifierSaturated,
  OperatorFact,
  ProtoSessionClose,
  PublishedSession,
  SessionAddress,
  SessionEnded,
  SessionErased,
  SessionFact,
  SessionMerged,
  SessionOpened,
  SessionParked,
  SessionUnmerged,
} from './session/facts.js';
