import { Refusal } from '@drawdown/errors';
import { MILLI } from '../amount/limits.js';
import type { Amounts } from '../amount/per-dimension.js';
import { CUSTOM_SIZE, machineResources } from './sizes.js';
import type { DiskType, Resources, Workload } from './workload.js';

/** The formula in force; every event that records rates says which one they came from (capacity §8). */
export const FORMULA_VERSION = 2;

/** GB of a container's root disk that are free. */
const FREE_DISK_GB = 50;

const MIB_PER_GIB = 1_024;

const NO_RESOURCES: Resources = { cru: 0, mru: 0, sru: 0, hru: 0, ipv4u: 0 };

const invalid = (rule: string, message: string): Refusal => new Refusal('INVALID_WORKLOAD', message, { rule });

/** Four decimals, half up. */
const round4 = (value: number): number => Math.round(value * 10_000) / 10_000;

const onDisk = (sizeGB: number, diskType: DiskType): Partial<Resources> => (diskType === 'ssd' ? { sru: sizeGB } : { hru: sizeGB });

const isDiskType = (text: string | undefined): text is DiskType => text === 'ssd' || text === 'hdd';

/** @throws Refusal `INVALID_WORKLOAD` */
const resourcesOf = (workload: Workload): Resources => {
  switch (workload.type) {
    case 'container': {
      const { cpu, memoryMiB, diskMiB, diskType } = workload;
      requireSizes([cpu, memoryMiB, diskMiB]);
      const billedGB = Math.max(0, round4(diskMiB / MIB_PER_GIB) - FREE_DISK_GB);
      return { ...NO_RESOURCES, cru: cpu, mru: round4(memoryMiB / MIB_PER_GIB), ...(isDiskType(diskType) && onDisk(billedGB, diskType)) };
    }
    case 'volume':
    case 'zdb': {
      const { sizeGB, diskType } = workload;
      if (!isDiskType(diskType)) throw invalid('disk_type', `a ${workload.type} is on ssd or hdd`);
      return { ...NO_RESOURCES, ...onDisk(sizeGB, diskType) };
    }
    case 'kubernetes':
    case 'virtualMachine': {
      const { size, custom } = workload;
      const resources = size === CUSTOM_SIZE ? custom : machineResources(size);
      if (resources === undefined) throw invalid('size', `there is no size ${size}`);
      return { ...NO_RESOURCES, ...resources };
    }
    case 'publicIp':
      return { ...NO_RESOURCES, ipv4u: 1 };
    case 'resources':
      return workload.resources;
    case 'networkResource':
    case 'proxy':
    case 'reverseProxy':
    case 'subdomain':
    case 'domainDelegate':
    case 'gateway4to6':
      return NO_RESOURCES;
  }
};

const requireSizes = (sizes: readonly number[]): void => {
  if (!sizes.every(size => Number.isFinite(size) && size >= 0)) throw invalid('negative_size', 'a size is a number, 0 or more');
};

const milli = (units: number): number => {
  const rate = Math.round(units * MILLI);
  if (!Number.isSafeInteger(rate)) throw invalid('too_large', 'the workload is larger than anything that can be counted');
  return rate;
};

/**
 * What a workload drains, in milliunits (capacity §8). In doubles and in the order written, on purpose: a decimal-exact quotient differs on
 * some halves from what has been charged always.
 * @throws Refusal `INVALID_WORKLOAD`: an unknown size or disk type, a negative size.
 */
export const workloadRates = (workload: Workload): Amounts => {
  const resources = resourcesOf(workload);
  const { cru, mru, sru, hru, ipv4u } = resources;
  requireSizes([cru, mru, sru, hru, ipv4u]);
  return [milli(Math.min(mru / 4, cru / 2)), milli(hru / 1200 + sru / 300), milli(ipv4u)];
};
