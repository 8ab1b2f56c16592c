import type { Resources } from './workload.js';

type MachineSize = readonly [cores: number, memoryGiB: number, ssdGB: number];

/** Sizes 1 to 18 of machines, in order (capacity §8). */
const SIZES: readonly MachineSize[] = [
  [1, 2, 50],
  [2, 4, 100],
  [2, 8, 25],
  [2, 5, 50],
  [2, 8, 200],
  [4, 16, 50],
  [4, 16, 100],
  [4, 16, 400],
  [8, 32, 100],
  [8, 32, 200],
  [8, 32, 800],
  [1, 64, 200],
  [1, 64, 400],
  [1, 64, 800],
  [1, 2, 25],
  [2, 4, 50],
  [4, 8, 50],
  [1, 1, 25],
];

/** The size that says "as given". */
export const CUSTOM_SIZE = -1;

/** Resources of a machine's size; absent: there is no such size. */
export const machineResources = (size: number): Pick<Resources, 'cru' | 'mru' | 'sru'> | undefined => {
  const [cru, mru, sru] = SIZES[size - 1] ?? [];
  return cru === undefined || mru === undefined || sru === undefined ? undefined : { cru, mru, sru };
};
