export { Aggregate, type AggregateOptions } from './aggregate.js';
export type { AggregateSnapshot } from './folded-state.js';
export { fullJitter, type Backoff } from './backoff.js';
export { ServerClock, type ClockSample } from './clock.js';
export type { Command, CommandIndex, Decider, Executed } from './decider.js';
export { BATCH_CONTENT_TYPE, EnvelopeCodec, HEADERS, type Envelope } from './envelope.js';
export { EventTooLarge, LogUnavailable, ServerTooOld, StreamFull, StreamMissing, StreamNotAsDeclared } from './errors.js';
export { LIMITS } from './limits.js';
export type { AppendOptions, Appended, Decision, EventLog, RecordedMessage } from './log.js';
export { MemoryEventLog, MemoryStorage, type MemoryEventLogOptions } from './memory-event-log.js';
export { fromJsMsg, fromStoredMsg, type MessageHeaders, type StoredMessage } from './message.js';
export {
  UNPARTITIONED,
  componentsOf,
  decodePosition,
  encodePosition,
  mergePositions,
  type Position,
  type PositionComponent,
} from './position.js';
export {
  eventRegistry,
  isUnknownEvent,
  type EventDefinition,
  type EventDefinitions,
  type EventRegistry,
  type Json,
  type UnknownEvent,
  type Upcaster,
} from './registry.js';
export {
  STREAM_KEYS,
  bucketNames,
  checkPrefix,
  streamTable,
  type StreamDeclaration,
  type StreamKey,
  type StreamTable,
  type StreamTableOptions,
} from './streams.js';
export { Subjects, type ParsedSubject } from './subjects.js';
export { PARTITIONS, decodeToken, encodeToken, partitionOf, percentEncode } from './tokens.js';
export { JetStreamEventLog, type JetStreamEventLogOptions } from './jetstream-event-log.js';
export { provision, renewIncarnations } from './provision.js';
export { SERVER_VERSION_MIN, checkServerVersion, verifySyncAlways } from './server.js';
export { INCARNATION_KEY, LEASE_TTL_MS, wantedStreamNames, type DeploymentOptions } from './stream-config.js';
export { SubjectReader } from './subject-reader.js';
export { verifyStreams, type Incarnations, type VerifyOptions } from './verify.js';
