import { eventRegistry } from '@drawdown/eventlog';
import type { SetAsideEvent } from '../../domain/index.js';

/** Stands where others have their namespace; no namespace is called so. */
export const OPERATIONS_NAMESPACE = '_';
export const SET_ASIDE_KEY = 'set-aside';

/** What operators set aside, on `drawdown.properties.<NN>._.set-aside`: kept for ever, and read whole by every replica. */
export const setAsideEvents = eventRegistry<SetAsideEvent>('drawdown.properties.operations', {
  'message-set-aside': {
    version: 1,
    serialize: ({ stream, sequence, reason }) => ({ stream, sequence, reason }),
    parse: data => {
      const { stream, sequence, reason } = data as unknown as { stream: string; sequence: number; reason: string };
      return { type: 'message-set-aside', stream, sequence, reason };
    },
  },
  'message-taken-back': {
    version: 1,
    serialize: ({ stream, sequence }) => ({ stream, sequence }),
    parse: data => {
      const { stream, sequence } = data as unknown as { stream: string; sequence: number };
      return { type: 'message-taken-back', stream, sequence };
    },
  },
});
