import { modified, splitConditionsOf, splitting, splitViewOf, type Modifier, type Piece, type Property } from '../../domain/index.js';
import type { StoredHit } from './collect.js';

/** A collected hit and its place among them. */
export interface PlacedHit extends StoredHit {
  readonly place: number;
}
