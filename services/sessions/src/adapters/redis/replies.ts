/** Replies that list two things by turns. */
export const pairsOf = <T>(flat: readonly T[]): readonly (readonly [T, T])[] => {
  const pairs: (readonly [T, T])[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) pairs.push([flat[at] as T, flat[at + 1] as T]);
  return pairs;
};

/** Watermarks may be infinite. */
export const numberOf = (text: string): number => (text === 'inf' ? Number.POSITIVE_INFINITY : Number(text));
