import type { JetStreamManager } from '@nats-io/jetstream';

const NANOS_PER_MS = 1_000_000;

/** What a stream does not hold any more because of its age; undefined for one that keeps everything. */
export const expiredOf = async (
  manager: Pick<JetStreamManager, 'streams'>,
  streamName: string,
  nowMs: number,
): Promise<{ readonly firstSequence: number; readonly beforeMs: number } | undefined> => {
  const { config, state } = await manager.streams.info(streamName);
  if (config.max_age === 0) return undefined;
  return { firstSequence: state.first_seq, beforeMs: nowMs - config.max_age / NANOS_PER_MS };
};
