/** Where an id was seen: sequence of the message in its stream, index of the event in the message. */
export interface Place {
  /** 1 to 2^48 − 1. */
  readonly sequence: number;
  /** 0 to 65,535. */
  readonly index: number;
}

export const SEQUENCE_MAX = 2 ** 48 - 1;
export const INDEX_MAX = 2 ** 16 - 1;

/** A 128-bit hash as a string of 16 Latin-1 characters (`idHash` of `@drawdown/cloudevents`). */
export type HashKey = string;

export const HASH_CHARACTERS = 16;

export const isEarlier = (a: Place, b: Place): boolean => a.sequence < b.sequence || (a.sequence === b.sequence && a.index < b.index);

/** The later of two places that may be missing. */
export const laterOf = (a: Place | undefined, b: Place | undefined): Place | undefined => {
  if (a === undefined) return b;
  return b === undefined || isEarlier(b, a) ? a : b;
};
