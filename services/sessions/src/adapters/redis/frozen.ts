import type { FrozenPart, FrozenSession } from '../../application/store/session-store.js';
import type { CloseCause } from '../../domain/index.js';
import type { SessionFields } from './session-fields.js';

/** A frozen session as its worker takes it. */
export const readFrozen = (closeId: string, fields: SessionFields, parts: readonly FrozenPart[]): FrozenSession => {
  const { startedAtMs, lastHitAtMs, isLate, duplicateHits, lateHits } = fields.numbers;
  const bucket = fields.text('bucket');
  return {
    closeId,
    sessionKey: fields.text('sk'),
    ...fields.property,
    closeCause: fields.text('cause') as CloseCause,
    bucket: bucket === '' ? null : Number(bucket),
    firstHitId: fields.firstHitId,
    startedAtMs,
    lastHitAtMs,
    isLate,
    duplicateHits,
    lateHits,
    hardCapCloses: Number(fields.text('caps')),
    joins: fields.joins,
    parts,
    answer: fields.optional('answer') ?? null,
  };
};
