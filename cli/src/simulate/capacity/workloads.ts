import { Refusal } from '@drawdown/errors';
import { FREE_TYPES, isStarved, workloadRates, type Amounts, type Workload } from '@drawdown/capacity/domain';
import type { Fields } from '../entitlements/fields.js';
import { formatAmounts, parseAmounts, readAmountTexts } from './amounts.js';
import { objectsOrNone } from './lists.js';
import { orCode } from './refused.js';

const FREE = [...FREE_TYPES, 'publicIp'] as const;

const readSize = (fields: Fields, name: string): number => {
  const value = fields.take(name) ?? 0;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new Refusal('VALIDATION', `${fields.pathOf(name)} must be a number`);
};

/** The workload; of a type that nobody knows nothing but the type is read. */
const readWorkload = (fields: Fields): (() => Workload) => {
  const type = fields.text('type');
  const size = (name: string): number => readSize(fields, name);
  const diskType = fields.optional('diskType', name => fields.text(name));
  const container = { cpu: size('cpu'), memoryMiB: size('memoryMiB'), diskMiB: size('diskMiB'), diskType };
  const storage = { sizeGB: size('sizeGB'), diskType };
  const resources = { cru: size('cru'), mru: size('mru'), sru: size('sru'), hru: size('hru'), ipv4u: size('ipv4u') };
  const machineSize = size('size');
  return () => {
    const free = FREE.find(name => name === type);
    if (free !== undefined) return { type: free };
    switch (type) {
      case 'container':
        return { type, ...container };
      case 'volume':
      case 'zdb':
        return { type, ...storage };
      case 'kubernetes':
      case 'virtualMachine':
        return { type, size: machineSize, custom: resources };
      case 'resources':
        return { type, resources };
      default:
        throw new Refusal('INVALID_WORKLOAD', `there is no workload of type ${type}`, { rule: 'type' });
    }
  };
};

/** Rates of a workload, which the result gives or says why not. */
const readRates = (fields: Fields): (() => Amounts) => {
  const workload = readWorkload(fields);
  fields.end();
  return () => workloadRates(workload());
};

/** `op: units` (FORMAT §3). */
export const simulateUnits = (fields: Fields): unknown => {
  const workloads = objectsOrNone(fields, 'workloads').map(readRates);
  fields.end();
  return { results: workloads.map(rates => orCode(() => ({ rates: formatAmounts(rates()) }))) };
};

const readCase = (fields: Fields): (() => unknown) => {
  const left = fields.has('left') ? fields.object('left') : undefined;
  const texts = left && readAmountTexts(left);
  left?.end();
  const rates = readRates(fields.object('workload'));
  fields.end();
  return () => ({ stop: isStarved(texts ? parseAmounts(texts) : [0, 0, 0], rates()) });
};

/** `op: affected` (FORMAT §6). */
export const simulateAffected = (fields: Fields): unknown => {
  const cases = objectsOrNone(fields, 'cases').map(readCase);
  fields.end();
  return { results: cases.map(orCode) };
};
