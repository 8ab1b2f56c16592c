export { DeadLetterHeaders } from './dead-letters.js';
export { PartitionHost } from './host.js';
export type { PartitionHostOptions, PartitionOwner, PartitionStatus } from './host.js';
export { DEFAULT_HOST_LIMITS, DEFAULT_LEASE_TIMES,
  leaseTimesOf, DEFAULT_READ_LIMITS } from './limits.js';
export type { HostLimits, LeaseTimes, ReadLimits } from './limits.js';
export type { AppliedBatch, OwnershipChange, PartitionObserver, WaitingMessage } from './observer.js';
export type { Decoded, Delivery, Lease, OwnerRequest, PartitionInput, PartitionProcessor, Watermarks } from './ports.js';
export type { RequestOptions } from './owner-requests.js';
export { PartitionReader } from './reader.js';
export type { InputStatus, PartitionReaderOptions, ReaderStatus } from './reader.js';
export { PROCESSOR_FAILED } from './settle.js';
