import { QUANTITY_DECIMALS, QUANTITY_SCALE, type Quantity } from './quantity.js';

/** Shortest decimal text of an amount: no exponent, no trailing zeros, never `-0`. `parseQuantity` reads it back unchanged. */
export const formatQuantity = (quantity: Quantity): string => {
  const size = quantity < 0n ? -quantity : quantity;
  const sign = quantity < 0n ? '-' : '';
  const whole = size / QUANTITY_SCALE;
  const rest = size % QUANTITY_SCALE;
  if (rest === 0n) return `${sign}${whole}`;
  const fraction = rest.toString().padStart(QUANTITY_DECIMALS, '0').replace(/0+$/, '');
  return `${sign}${whole}.${fraction}`;
};
