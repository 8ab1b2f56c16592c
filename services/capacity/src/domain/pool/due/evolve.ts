import type { Dimension } from '../../amount/per-dimension.js';
import { exhaustsAtOf } from '../account.js';
import type { Draft } from '../draft.js';
import type { DimensionExhausted, DimensionReplenished } from './events.js';

const mark = (next: Draft, exhausted: readonly Dimension[]): void => {
  next.exhausted = exhausted;
  next.exhaustsAt = exhaustsAtOf(next);
};

export const exhausted = (next: Draft, { dimension }: DimensionExhausted): void => mark(next, [...next.exhausted, dimension]);

export const replenished = (next: Draft, { dimension }: DimensionReplenished): void =>
  mark(
    next,
    next.exhausted.filter(marked => marked !== dimension),
  );
