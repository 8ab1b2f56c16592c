import fc from 'fast-check';
import { assignPartitions } from './assignment.js';

const PARTITIONS = 64;
const members = fc.uniqueArray(fc.stringMatching(/^[a-z0-9-]{1,12}$/), { minLength: 1, maxLength: 12 });

const loadOf = (owners: ReadonlyMap<number, string>, member: string): number =>
  [...owners.values()].filter(owner => owner === member).length;

it('gives every partition to one member and nobody more than a fair share', () => {
  fc.assert(
    fc.property(members, names => {
      const owners = assignPartitions(names, PARTITIONS);
      expect(owners.size).toBe(PARTITIONS);
      for (const name of names) expect(loadOf(owners, name)).toBeLessThanOrEqual(Math.ceil(PARTITIONS / names.length));
    }),
  );
});

it('depends on who is there, not on the order in which they are named', () => {
  fc.assert(
    fc.property(members, names => {
      expect(assignPartitions([...names].reverse(), PARTITIONS)).toEqual(assignPartitions([...names, ...names], PARTITIONS));
    }),
  );
});

it('moves little when one leaves: what it had, and at most twice as much to keep the rest even', () => {
  fc.assert(
    fc.property(
      members.filter(names => names.length > 1),
      ([leaving = '', ...staying]) => {
        const before = assignPartitions([leaving, ...staying], PARTITIONS);
        const after = assignPartitions(staying, PARTITIONS);
        const moved = [...before].filter(([partition, owner]) => after.get(partition) !== owner).length;
        expect(moved).toBeLessThanOrEqual(3 * Math.ceil(PARTITIONS / (staying.length + 1)));
      },
    ),
  );
});

it('assigns nothing where nobody is there', () => {
  expect(assignPartitions([], PARTITIONS).size).toBe(0);
});
