const FNV_OFFSET_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a with a final avalanche: without it, names that differ in their last letter get nearly the same order. */
const weightOf = (member: string, partition: number): number => {
  let hash = FNV_OFFSET_BASIS;
  for (const byte of Buffer.from(`${member}|${partition}`)) hash = Math.imul(hash ^ byte, FNV_PRIME);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/**
 * Who should own which partition: rendezvous hashing with a bound. The heaviest pairs of member and partition are granted first, and
 * nobody gets more than a fair share rounded up, because 64 partitions are too few for chance alone to spread them evenly.
 * Depends only on the set of members, so that replicas that see the same members agree without talking.
 */
export const assignPartitions = (replicas: readonly string[], partitions: number): ReadonlyMap<number, string> => {
  const members = [...new Set(replicas)];
  const shareMax = Math.ceil(partitions / Math.max(1, members.length));
  const pairs = members.flatMap(member =>
    Array.from({ length: partitions }, (_, partition) => ({ member, partition, weight: weightOf(member, partition) })),
  );
  pairs.sort((a, b) => b.weight - a.weight || a.partition - b.partition || (a.member < b.member ? -1 : 1));
  const owners = new Map<number, string>();
  const loads = new Map<string, number>();
  for (const { member, partition } of pairs) {
    const load = loads.get(member) ?? 0;
    if (owners.has(partition) || load >= shareMax) continue;
    owners.set(partition, member);
    loads.set(member, load + 1);
  }
  return owners;
};
