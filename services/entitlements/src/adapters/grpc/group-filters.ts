import type { GroupValues } from '@drawdown/proto';
import { ValidateBy } from 'class-validator';

const GROUPS_MAX = 64;
const VALUES_MAX = 64;
const VALUE_BYTES_MAX = 256;

const isGroupValue = (value: unknown): boolean =>
  typeof value === 'string' && value.length <= VALUE_BYTES_MAX && Buffer.byteLength(value) <= VALUE_BYTES_MAX;

const areGroupValues = ({ values }: GroupValues): boolean =>
  values.length >= 1 && values.length <= VALUES_MAX && values.every(isGroupValue);

/** Group name → the values that count; a filter without values would count nothing, and is more likely a mistake. */
export const IsGroupFilters = (): PropertyDecorator =>
  ValidateBy({
    name: 'isGroupFilters',
    validator: {
      validate: (filters: Readonly<Record<string, GroupValues>>) => {
        const groups = Object.values(filters);
        return groups.length <= GROUPS_MAX && groups.every(areGroupValues);
      },
      defaultMessage: () => `must be at most ${GROUPS_MAX} groups of 1–${VALUES_MAX} values of at most ${VALUE_BYTES_MAX} bytes`,
    },
  });
