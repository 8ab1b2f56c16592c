import type { CheckDueRequest, DeadLetter as DeadLetterMessage, Partition as PartitionMessage } from '@drawdown/proto/capacity';
import { PARTITIONS } from '@drawdown/eventlog';
import type { DeadLetter, DueTarget, PartitionReport } from '../../../application/operations/ports.js';
import { toApiTimestamp } from './instants.js';
import { required, wrongField } from './refuse.js';

/** Bytes of a dead letter that a list shows. */
const SHOWN_BYTES_MAX = 4_096;

export const toApiPartition = ({ partition, owner, streams, waiting, overduePools, openEffects }: PartitionReport): PartitionMessage => ({
  number: partition,
  owner: owner?.replica ?? '',
  epoch: owner?.epoch ?? 0,
  streams: streams.map(progress => ({ ...progress })),
  waiting:
    waiting === undefined
      ? undefined
      : { stream: waiting.stream, sequence: waiting.sequence, reason: waiting.reason, since: toApiTimestamp(waiting.sinceMs) },
  overduePools,
  openEffects,
});

export const toApiDeadLetter = ({ timeMs, data, ...letter }: DeadLetter): DeadLetterMessage => ({
  ...letter,
  time: toApiTimestamp(timeMs),
  data: Buffer.from(data.subarray(0, SHOWN_BYTES_MAX)),
});

/** @throws Refusal `VALIDATION` */
export const fromApiDueTarget = ({ target }: CheckDueRequest): DueTarget => {
  const { $case, value } = required(target, 'target');
  if ($case === 'pool') {
    const { namespace, poolId } = value;
    if (namespace === '') throw wrongField('pool.namespace', 'is required');
    return { namespace, poolId };
  }
  if (value < 0 || value >= PARTITIONS) throw wrongField('partition', `must be an integer from 0 to ${PARTITIONS - 1}`);
  return { partition: value };
};
