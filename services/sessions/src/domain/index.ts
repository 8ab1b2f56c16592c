export { closedSessionOf, decodeClosedSession, encodeClosedSession, type ClosedSession } from './assignment/closed-session.js';
export { decideAssignment, type AssignedSession, type Assignment, type AssignmentQuestion } from './assignment/decide.js';
export type { ClosingProtoSession } from './assignment/part.js';
export { sessionWithoutHits } from './assignment/without-hits.js';
export { compareHits, type Ordered } from './hit/order.js';
export { PLATFORMS, type Hit, type Platform, type ValueLists } from './hit/hit.js';
export { copyHit } from './hit/copy.js';
export { HitUnreadable, decodeHit, encodeHit, encodeHitText } from './hit/encode.js';
export { sizeOfHit } from './hit/size.js';
export { maskedAddress } from './identity/address.js';
export { Guard, clientKey, type ClientName, type JoinSettings } from './identity/guard.js';
export type { Identifier } from './identity/identifier.js';
export type { StampSalts } from './identity/salts.js';
export { NO_NAMESPACE } from './identity/no-namespace.js';
export { userKey } from './identity/user-key.js';
export { STAMP_HEADERS_DEFAULT } from './identity/stamps.js';
export { CloseLoop, doTick, type CloseLoopParts } from './portable/close-loop.js';
export type { PacingClock } from './portable/clock.js';
export {
  CollectingCloser,
  directCloser,
  printingCloser,
  type ClosedProtoSession,
  type Closer,
  type SessionWriter,
  type WrittenSession,
} from './portable/closers.js';
export { BINARY_HIT_LISTS, BINARY_HITS, type HitCodec, type HitListCodec } from './portable/codec/codec.js';
export { Context, type Collected } from './portable/context.js';
export { Droppable, Retryable, isDroppable } from './portable/errors.js';
export type { FiledHit, HitIdentity, PassingHit } from './portable/filed-hit.js';
export { passThroughGuard, type Guard as PortableGuard } from './portable/guard.js';
export { Handler, type HandlerOptions, type HitDeadLetters } from './portable/handler.js';
export type { HitOutcome, Middleware, Next } from './portable/middleware.js';
export { checkHardCaps, checkTimeout, type CloseSettings } from './portable/middleware/close-settings.js';
export { CloseTrigger, type CloseTriggerParts } from './portable/middleware/close-trigger.js';
export { Compactor, type CompactorParts } from './portable/middleware/compactor.js';
export { Evicter, MERGE_HOPS_MAX, type ReceiverStorage } from './portable/middleware/evicter.js';
export type { WheelReport } from './portable/middleware/report.js';
export type { AuxStores, HandOver } from './portable/storage/aux-stores.js';
export type { KeyValueStore, WriteOptions } from './portable/storage/key-value-store.js';
export { MemoryAuxStores } from './portable/storage/memory-aux-stores.js';
export { MemoryKeyValueStore } from './portable/storage/memory-key-value-store.js';
export { MemorySetStore } from './portable/storage/memory-set-store.js';
export type { SetStore } from './portable/storage/set-store.js';
export { pingTimeOf, type Task, type TaskHit } from './portable/task.js';
export { isProbe, probeHit, probeProperty } from './probe/probe.js';
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
export { usageId, worthOf, type MeasuredSession, type WorthOfSession } from './usage/usage.js';
export { wholeSecond, wholeSecondsBetween } from './session/duration.js';
export { shadowNamespace } from './session/shadow-namespace.js';
export { LIVE_LANE, givenLane, laneOf } from './session/lane.js';
export { bucketNumber, checkedTickMs } from './wheel/bucket-number.js';
export {
  BUCKETS_PREFIX,
  COMPACTED_HITS_PREFIX,
  EXPIRATION_PREFIX,
  NEXT_BUCKET_KEY,
  PROTO_SESSION_HITS_PREFIX,
  SESSION_STAMP_BY_CLIENT_ID_PREFIX,
  SESSION_STAMP_PREFIX,
  bucketsKey,
  bucketsParseNumber,
  compactedHitsKey,
  expirationKey,
  protoSessionHitsKey,
  sessionStampByClientIdKey,
  sessionStampKey,
} from './wheel/keys.js';
export { TEXT_COLUMNS, VALUES_COLUMNS } from './filters/columns.js';
export { filtering, filtersNotedOn, filtersOf, verdictOn, withFiltersNoted, type HitFilter, type Verdict } from './filters/filters.js';
export { hitValuesOf, type HitValues } from './derived/hit-values.js';
export type { Medium } from './derived/known-sources.js';
export { locationOf, referrerOf, titleOf, type Page } from './derived/page.js';
export { sessionValuesOf, type SessionValues } from './derived/session-values.js';
export { sourceOf, type Source } from './derived/source.js';
export {
  decideSetAside,
  evolveSetAside,
  NOTHING_SET_ASIDE,
  setAsideKey,
  type SetAsideCommand,
  type SetAsideEvent,
  type SetAsideState,
} from './set-aside/set-aside.js';
