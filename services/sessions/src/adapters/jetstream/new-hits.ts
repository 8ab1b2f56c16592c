import type { StoredMessage, Subjects } from '@drawdown/eventlog';
import type { Decoded } from '@drawdown/partitions';
import { LIVE_LANE } from '../../domain/index.js';
import { decodeHitsMessage } from './hit-message.js';
import type { HitsMessage } from './hit-wire.js';
import { rewrittenFrom } from '../../application/erasure/rewritten.js';

const NOTHING_NEW: Decoded<HitsMessage> = { ok: true, value: { kind: 'hits', lane: LIVE_LANE, hits: [], rejections: [] } };

/**
 * A message of DRAWDOWN_HITS as it is taken for the first time. One that an erasure has written again was taken when its original came, longer ago
 * perhaps than ids of hits are remembered: it brings nothing (sessions §15.11).
 */
export const decodeNewHits = (subjects: Subjects, message: StoredMessage): Decoded<HitsMessage> =>
  rewrittenFrom(message) === undefined ? decodeHitsMessage(subjects, message) : NOTHING_NEW;
