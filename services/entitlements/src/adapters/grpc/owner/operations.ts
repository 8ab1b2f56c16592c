import type { PartitionHost, PartitionStatus } from '@drawdown/partitions';
import { AuditProjectionRequest, AuditProjectionResponse, Partition as PartitionMessage } from '@drawdown/proto';
import type { Input } from '../../../application/partition/input.js';
import type { EntitlementsPartition } from '../../partitions/entitlements-partition.js';
import { toApiTimestamp } from '../convert/instants.js';
import type { OwnerRoute } from './route.js';

/** Differences that one answer lists; the number of all of them is always given. */
const DIFFERENCES_LISTED_MAX = 100;

export type AuditRoute = OwnerRoute<AuditProjectionRequest, AuditProjectionResponse>;
export type StatusRoute = OwnerRoute<PartitionMessage, PartitionMessage>;

export const auditRoute = (partitions: ReadonlyMap<number, EntitlementsPartition>): AuditRoute => ({
  kind: 'owner',
  name: 'AuditProjection',
  request: AuditProjectionRequest,
  response: AuditProjectionResponse,
  customerOf: () => '',
  answer: async (_owner, { partition }) => {
    const { documents, differences } = (await partitions.get(partition)?.audit()) ?? { documents: 0, differences: [] };
    return {
      documents,
      differenceCount: differences.length,
      differences: differences.slice(0, DIFFERENCES_LISTED_MAX).map(({ collection, documentId, field, stored, folded }) => ({
        collection,
        documentId,
        field,
        stored: textOf(stored),
        folded: textOf(folded),
      })),
    };
  },
});

const textOf = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value));

/** Only the owner knows how far its reader is. */
export const statusRoute = (host: () => PartitionHost<Input>): StatusRoute => ({
  kind: 'owner',
  name: 'PartitionStatus',
  request: PartitionMessage,
  response: PartitionMessage,
  customerOf: () => '',
  answer: async (_owner, { number }) => toApiPartition(host().status()[number] ?? { partition: number, owner: undefined }),
});

export const toApiPartition = ({ partition, owner, inputs = [], waiting }: PartitionStatus): PartitionMessage => ({
  number: partition,
  owner: owner?.replica ?? '',
  epoch: owner?.epoch ?? 0,
  streams: inputs.map(({ stream, watermark, lag }) => ({ stream, watermark, lagMessages: lag ?? 0 })),
  waiting:
    waiting === undefined
      ? undefined
      : { stream: waiting.stream, sequence: waiting.sequence, reason: waiting.reason, since: toApiTimestamp(waiting.sinceMs) },
});
