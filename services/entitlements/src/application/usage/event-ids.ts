import type { Hash128 } from '@drawdown/cloudevents';
import { DAY_MS } from '@drawdown/calendar';

/** An id is remembered for this long by server time: the longest usage period and the longest late window (entitlements §19.4). */
export const ID_WINDOW_MS = (366 + 31) * DAY_MS;

/** Where an id was seen: a message of a stream, and the place in its envelope. */
export interface Position {
  readonly sequence: number;
  readonly index: number;
}

/** Later than every position. */
export const ANYWHERE: Position = { sequence: 2 ** 48 - 1, index: 0 };

/** The index of ids of one partition (design §4.7): in memory as a filter, in the read model as segments. */
export interface EventIds {
  /** The latest position of a hash before this one; at hand unless the filter says that a stored segment may hold it. */
  lookup(hash: Hash128, before: Position): Position | undefined | Promise<Position | undefined>;
  /** Notes a position of a hash; the same again is harmless. */
  add(hash: Hash128, position: Position, timeMs: number): void;
}

/** A cancellation is kept under the hash of the event that it takes back, told apart from it. */
export const tombstoneOf = (hash: Hash128): Hash128 => apart(hash, 0xff);

/** A cancellation's own id, told apart from that of an event: a producer may give it the id of the event that it takes back. */
export const cancellationIdOf = (hash: Hash128): Hash128 => apart(hash, 0x55);

const apart = (hash: Hash128, mask: number): Hash128 => String.fromCharCode(hash.charCodeAt(0) ^ mask) + hash.slice(1);
