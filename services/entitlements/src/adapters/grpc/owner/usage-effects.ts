import type { SubjectReader, Subjects } from '@drawdown/eventlog';
import type { PartitionReader } from '@drawdown/partitions';
import { effectsOf } from '../../../application/answers/usage-effects.js';
import type { Input } from '../../../application/partition/input.js';
import { decodeUsageMessage } from '../../../application/usage/usage-message.js';
import type { UsageEffect } from '../../../application/usage/usage-observer.js';
import type { Codec, OwnerRoute } from './route.js';

export interface UsageEffectsRequest {
  readonly sequence: number;
}

/** By place in the envelope; places that were rejected are missing. */
export interface UsageEffectsAnswer {
  readonly effects: readonly (UsageEffect | undefined)[];
}

/** Between replicas of one build only, so JSON is contract enough. */
const jsonCodec = <M>(): Codec<M> => ({
  encode: message => ({ finish: () => Buffer.from(JSON.stringify(message)) }),
  decode: bytes => JSON.parse(Buffer.from(bytes).toString()) as M,
});

const ROUTE = {
  kind: 'owner',
  name: 'UsageEffects',
  request: jsonCodec<UsageEffectsRequest>(),
  response: jsonCodec<UsageEffectsAnswer>(),
  customerOf: () => '',
} as const;

export type UsageEffectsRoute = OwnerRoute<UsageEffectsRequest, UsageEffectsAnswer>;

/** Waits until a message of the usage stream has been applied and says what became of its events. */
export const usageEffectsRoute = (
  usage: SubjectReader,
  subjects: Subjects,
  readerOf: (subject: string) => PartitionReader<Input> | undefined,
): UsageEffectsRoute => ({
  ...ROUTE,
  answer: async (owner, { sequence }, { remainingMs }) => {
    const message = await usage.at(sequence);
    const decoded = message === undefined ? undefined : decodeUsageMessage(subjects, message);
    if (message === undefined || decoded?.ok !== true) return { effects: [] };
    if (owner.usageSequence < sequence)
      await readerOf(message.subject)?.reached('usage', sequence, AbortSignal.timeout(Math.ceil(remainingMs())));
    const effects: (UsageEffect | undefined)[] = [];
    const known = await effectsOf(owner, sequence, decoded.value);
    decoded.value.events.forEach(({ index }, place) => (effects[index] = known[place]));
    return { effects };
  },
});
