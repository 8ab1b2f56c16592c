/**
 * Every name that telemetry uses, in one place (examples §18). Spans and metrics follow OpenTelemetry's conventions: names never
 * contain ids, ids go into attributes, durations are in seconds, and the unit is part of the instrument.
 */

/** Span names made of an operation and a low-cardinality target: a subject template, an RPC, a collection. */
export const spanName = {
  /** `publish drawdown.usage.<namespace>.<customer>`: the template of the subject, never the subject itself. */
  publish: (subjectTemplate: string): string => `publish ${subjectTemplate}`,
  process: (subjectTemplate: string): string => `process ${subjectTemplate}`,
  /** `drawdown.entitlements.v1.AccessService/CheckAccess` */
  rpc: (service: string, method: string): string => `${service}/${method}`,
  /** `update balances_3` */
  database: (operation: string, collection: string): string => `${operation} ${collection}`,
} as const;

export const Attributes = {
  rpcSystem: 'rpc.system.name',
  rpcMethod: 'rpc.method',
  rpcStatusCode: 'rpc.response.status_code',
  errorType: 'error.type',
  databaseSystem: 'db.system.name',
  databaseNamespace: 'db.namespace',
  databaseCollection: 'db.collection.name',
  databaseOperation: 'db.operation.name',
  messagingSystem: 'messaging.system',
  messagingDestination: 'messaging.destination.name',
  messagingDestinationTemplate: 'messaging.destination.template',
  messagingOperation: 'messaging.operation.name',
  messagingMessageId: 'messaging.message.id',
  messagingBatchSize: 'messaging.batch.message_count',
  namespace: 'drawdown.namespace',
  customer: 'drawdown.customer',
  property: 'drawdown.property',
  outcome: 'drawdown.outcome',
  partition: 'drawdown.partition',
  scope: 'drawdown.scope',
  stream: 'drawdown.stream',
  sequence: 'drawdown.stream.sequence',
  reason: 'drawdown.reason',
  stage: 'drawdown.stage',
} as const;

/** Metric names with the unit their instrument is made with. What is behind and how old it is comes before counters. */
export const Metrics = {
  partitionLag: { name: 'drawdown.partition.lag', unit: '{message}' },
  partitionWaiting: { name: 'drawdown.partition.waiting', unit: '{partition}' },
  flushDuration: { name: 'drawdown.projection.flush.duration', unit: 's' },
  partitionRetries: { name: 'drawdown.partition.retries', unit: '{attempt}' },
  deadLetters: { name: 'drawdown.dead_letters', unit: '{message}' },
  depletionLateness: { name: 'drawdown.capacity.depletion.lateness', unit: 's' },
  checksFailed: { name: 'drawdown.capacity.checks.failed', unit: '{check}' },
  owedFailed: { name: 'drawdown.capacity.owed.failed', unit: '{attempt}' },
  hits: { name: 'drawdown.hits', unit: '{hit}' },
  hitsRefused: { name: 'drawdown.hits.refused', unit: '{hit}' },
  ingestDuration: { name: 'drawdown.sessions.ingest.duration', unit: 's' },
  beginCloseDuration: { name: 'drawdown.sessions.begin_close.duration', unit: 's' },
  compactionDuration: { name: 'drawdown.sessions.compaction.duration', unit: 's' },
  handOverDuration: { name: 'drawdown.sessions.hand_over.duration', unit: 's' },
  sessions: { name: 'drawdown.sessions', unit: '{session}' },
  sessionsOpened: { name: 'drawdown.sessions.opened', unit: '{session}' },
  sessionsOpen: { name: 'drawdown.sessions.open', unit: '{session}' },
  sessionsOpenBytes: { name: 'drawdown.sessions.open.size', unit: 'By' },
  sessionsPublishes: { name: 'drawdown.sessions.publishes', unit: '{message}' },
  closeLag: { name: 'drawdown.sessions.close.lag', unit: 's' },
  closeQueue: { name: 'drawdown.sessions.close.queue', unit: '{close}' },
  watermarkAge: { name: 'drawdown.sessions.watermark.age', unit: 's' },
  probeDelay: { name: 'drawdown.sessions.probe.delay', unit: 's' },
  probeReadable: { name: 'drawdown.sessions.probe.readable', unit: 's' },
  probeWaiting: { name: 'drawdown.sessions.probe.waiting', unit: 's' },
  probesLost: { name: 'drawdown.sessions.probe.lost', unit: '{probe}' },
  storeMemoryShare: { name: 'drawdown.sessions.store.memory_share', unit: '1' },
  merges: { name: 'drawdown.sessions.merges', unit: '{merge}' },
  handOverRetries: { name: 'drawdown.sessions.hand_over.retries', unit: '{attempt}' },
  usageWithoutCustomer: { name: 'drawdown.sessions.usage_without_customer', unit: '{session}' },
  usageEffects: { name: 'drawdown.usage.events', unit: '{event}' },
  appendConflicts: { name: 'drawdown.append.conflicts', unit: '{append}' },
  rpcDuration: { name: 'rpc.server.call.duration', unit: 's' },
  rpcActive: { name: 'drawdown.rpc.server.active_calls', unit: '{call}' },
} as const;

/** Upper bounds in seconds; fine where answers from memory lie (40 µs CPU, some hundred µs on the wire). */
export const DURATION_BOUNDARIES_SECONDS: readonly number[] = [
  0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
