/** What became of an event at the owner (entitlements §19.4, §19.5). */
export type UsageEffect =
  | 'COUNTED'
  | 'DUPLICATE'
  /** The id is known with other content; the first stays. */
  | 'MISMATCH'
  /** Sound, but of no meter, or without a value that its meters can read. */
  | 'UNMATCHED'
  /** A cancellation came before it. */
  | 'CANCELLED';

/** Told of every event, once per time that it is applied. */
export interface UsageObserver {
  onEffect(effect: UsageEffect, namespace: string): void;
}
