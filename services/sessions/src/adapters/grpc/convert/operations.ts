import {
  OverdueKind,
  RebuildState,
  type DeadLetter as DeadLetterMessage,
  type Overdue as OverdueMessage,
  type Partition as PartitionMessage,
  type Probe as ProbeMessage,
  type Wheel as WheelMessage,
} from '@drawdown/proto/sessions';
import type { OverdueThing, PartitionReport, WheelReport } from '../../../application/operations/ports.js';
import type { ProbeStatus } from '../../../application/probe/ports.js';
import type { DeadLetter } from '@drawdown/partitions';
import { toApiTimestamp, toApiTimestampIfSet } from './instants.js';

/** Bytes of a dead letter that a list shows. */
const SHOWN_BYTES_MAX = 4_096;

const STATES: Readonly<Record<PartitionReport['state'], RebuildState>> = {
  unknown: RebuildState.UNSPECIFIED,
  whole: RebuildState.WHOLE,
  rebuilding: RebuildState.REBUILDING,
};

export const toApiPartition = ({
  partition,
  owner,
  streams,
  waiting,
  wheels,
  queueLength,
  probe,
  state,
}: PartitionReport): PartitionMessage => ({
  number: partition,
  owner: owner?.replica ?? '',
  epoch: owner?.epoch ?? 0,
  streams: streams.map(progress => ({ ...progress })),
  waiting:
    waiting === undefined
      ? undefined
      : { stream: waiting.stream, sequence: waiting.sequence, reason: waiting.reason, since: toApiTimestamp(waiting.sinceMs) },
  wheels: wheels.map(toApiWheel),
  queueLength,
  rebuildState: STATES[state],
  probe: probe === undefined ? undefined : toApiProbe(probe),
});

const toApiProbe = ({ last, waitingSinceMs, lost }: ProbeStatus): ProbeMessage => ({
  sent: last === undefined ? undefined : toApiTimestamp(last.sentAtMs),
  closedMs: last?.closedMs ?? 0,
  readableMs: last?.readableMs ?? 0,
  waitingSince: waitingSinceMs === undefined ? undefined : toApiTimestamp(waitingSinceMs),
  lost,
});

const toApiWheel = ({ lane, scope, watermarkMs, nextBucket, lagMs, oldestOpenMs, buckets, catchUpMs }: WheelReport): WheelMessage => ({
  lane,
  scope,
  watermark: toApiTimestampIfSet(watermarkMs),
  ...(nextBucket === null ? {} : { nextBucket }),
  lagMs,
  oldestOpen: toApiTimestampIfSet(oldestOpenMs),
  buckets,
  catchUpMs,
});

export const toApiOverdue = ({ partition, lane, kind, id, sinceMs }: OverdueThing): OverdueMessage => ({
  partition,
  lane,
  kind: kind === 'bucket' ? OverdueKind.BUCKET : OverdueKind.CLOSE,
  id,
  since: toApiTimestamp(sinceMs),
});

export const toApiDeadLetter = ({ timeMs, data, ...letter }: DeadLetter): DeadLetterMessage => ({
  ...letter,
  time: toApiTimestamp(timeMs),
  data: Buffer.from(data.subarray(0, SHOWN_BYTES_MAX)),
});
