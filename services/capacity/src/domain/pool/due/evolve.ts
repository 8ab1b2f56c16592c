import { DIMENSIONS, eachDimension, of, type Dimension } from '../../amount/per-dimension.js';
import { exhaustsAtOf } from '../account.js';
import type { Draft } from '../draft.js';
import type { DimensionExhausted, DimensionReplenished } from './events.js';

const without = (dimensions: readonly Dimension[], dropped: Dimension): readonly Dimension[] =>
  dimensions.length === 0 ? dimensions : dimensions.filter(dimension => dimension !== dropped);

export const exhausted = (next: Draft, { dimension }: DimensionExhausted): void => {
  next.exhausted = DIMENSIONS.filter(each => each === dimension || next.exhausted.includes(each));
  next.capped = without(next.capped, dimension);
  const { unfunded, unfundedBefore } = next;
  next.unfundedBefore = eachDimension(each => of(each === dimension ? unfunded : unfundedBefore, each));
  next.exhaustsAt = exhaustsAtOf(next);
};

export const replenished = (next: Draft, { dimension }: DimensionReplenished): void => {
  next.exhausted = without(next.exhausted, dimension);
  next.capped = without(next.capped, dimension);
  next.exhaustsAt = exhaustsAtOf(next);
};
