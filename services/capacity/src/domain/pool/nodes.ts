/** Node ids, unique and sorted: the order of a pool's list means nothing (capacity §2.1). */
export const sortedUnion = (present: readonly string[], added: readonly string[]): readonly string[] =>
  added.length === 0 ? present : [...new Set([...present, ...added])].sort();
