export { canonicalJson } from './content/canonical-json.js';
export { contentOf, hashText, type Content } from './content/content.js';
export { isInnerPointer } from './content/json-pointer.js';
export { isJsonObject, type JsonObject, type JsonValue } from './content/json.js';
export {
  decideController,
  evolveController,
  isReady,
  NEVER_INFORMED,
  readyControllers,
  type ControllerAnswer,
  type ControllerCommand,
  type ControllerDecision,
  type ControllerEvent,
  type ControllerRecord,
} from './controller/controller.js';
export {
  isCovering,
  performedRun,
  type InformerOptions,
  type InformerRun,
  type PerformedRun,
  type RunOrigin,
  type RunWishes,
} from './controller/run.js';
export { checkKind, checkNamespace, checkObjectId, checkTag } from './definition/names.js';
export {
  checkMaxAttempts,
  firstSet,
  NAMESPACE_DEFAULT,
  RESERVED_METADATA_PREFIX,
  resolveOptions,
  resolveParallelism,
  type InformOptions,
  type ResolvedOptions,
} from './definition/options.js';
export { informedObject, type GivenObject } from './definition/informed.js';
export { KindRegistry } from './definition/registry.js';
export type { KindRules } from './definition/rules.js';
export { GoalSchedule, type GoalRun, type GoalScheduleOptions, type RunEnd } from './goalstate/goal-schedule.js';
export type { RetryDelays } from './goalstate/backoff.js';
export { LIMITS } from './limits.js';
export {
  decideNamespace,
  evolveNamespace,
  expiryTtlSeconds,
  retentionOf,
  type NamespaceCommand,
  type NamespaceEvent,
  type NamespaceRecord,
  type NamespaceSettings,
} from './namespace/namespace.js';
export { takeOverAt, type ClaimAnswer } from './resource/claim.js';
export type { CommandIdentity, CommandType, InformedObject, ResourceCommand, Retention } from './resource/commands.js';
export type { CompleteAnswer, HeartbeatAnswer } from './resource/complete.js';
export { decide, type Answers, type Repeated } from './resource/decide.js';
export { EVENT_CATEGORIES, type Decision, type EventCategory, type ResourceEvent, type ResourceEventType } from './resource/events.js';
export { evolve } from './resource/evolve.js';
export type { InformAnswer } from './resource/inform.js';
export { assertInvariants } from './resource/invariants.js';
export type { ListAnswer } from './resource/list.js';
export type { OperateAnswer } from './resource/operate.js';
export { isOverAge, isRemovable, type PassAnswer } from './resource/passes.js';
export {
  initialState,
  isSuspended,
  RESOURCE_STATES,
  type AttemptError,
  type Lease,
  type RememberedCommand,
  type Resource,
  type ResourceRecord,
  type ResourceState,
  type Suspension,
} from './resource/record.js';
export type { WakeAnswer } from './resource/wake.js';
export { DeadlineQueue } from './scheduling/deadline-queue.js';
export { dueTime } from './scheduling/due-time.js';
export { Rescuer } from './scheduling/rescuer.js';
export { resolveClientSettings, type ClientSettings } from './settings/client-settings.js';
export { Subscription, type SubscriptionRequest } from './subscription/subscription.js';
export { backoffBounds, backoffMs, jitteredBackoffMs, type BackoffPolicy } from './work/backoff.js';
export { outcomeOfResult, outcomeOfThrown, TIMED_OUT, type WorkOutcome } from './work/outcome.js';
export { effectiveTimeoutMs } from './work/timeout.js';
export { isResourceDelete, resourceDelete, ResourceDeleteError, RetryAfterError, TerminalError } from './work/worker-errors.js';
