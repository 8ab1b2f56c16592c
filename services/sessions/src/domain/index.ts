export { closedSessionOf, decodeClosedSession, encodeClosedSession, type ClosedSession } from './assignment/closed-session.js';
export { decideAssignment, type AssignedSession, type Assignment, type AssignmentQuestion } from './assignment/decide.js';
export type { ClosingProtoSession } from './assignment/part.js';
export { compareHits, type Ordered } from './hit/order.js';
export { PLATFORMS, type Hit, type Platform, type ValueLists } from './hit/hit.js';
export { copyHit } from './hit/copy.js';
export { HitUnreadable, decodeHit, encodeHit, encodeHitText } from './hit/encode.js';
export { sizeOfHit } from './hit/size.js';
export { maskedAddress } from './identity/address.js';
export { Guard, clientKey, type ClientName, type JoinSettings } from './identity/guard.js';
export type { Identifier } from './identity/identifier.js';
export { userKey } from './identity/user-key.js';
export { STAMP_HEADERS_DEFAULT } from './identity/stamps.js';
export { checkSettings, type ServiceBounds } from './property/check.js';
export { decideProperty, type PropertyCommand } from './property/decide.js';
export { evolveProperty } from './property/evolve.js';
export { settingsOf, type GivenSettings } from './property/given.js';
export { PROPERTY_DEFAULTS, PROPERTY_LIMITS } from './property/limits.js';
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
export { NO_PROPERTY, type PropertyEvent, type PropertyState } from './property/state.js';
export type {
  CloseCause,
  Join,
  Seen,
  SessionEdges,
  SessionHeader,
  SessionRevision,
  SessionUsage,
  SplitCause,
} from './session/closed-session.js';
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
export { bucketNumber } from './wheel/bucket-number.js';
export { usageId, worthOf, type MeasuredSession, type WorthOfSession } from './usage/usage.js';
export { wholeSecond, wholeSecondsBetween } from './session/duration.js';
export { LIVE_LANE, givenLane, laneOf } from './session/lane.js';
