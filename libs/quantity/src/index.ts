export { divide, divideHalfEven, multiply } from './arithmetic.js';
export { formatQuantity } from './format.js';
export { parseEventQuantity, parseQuantity, type QuantityRule } from './parse.js';
export {
  ONE,
  QUANTITY_DECIMALS,
  QUANTITY_EXPONENT_MAX,
  QUANTITY_INTEGER_DIGITS_MAX,
  QUANTITY_LIMIT,
  QUANTITY_SCALE,
  QUANTITY_TEXT_LENGTH_MAX,
  ZERO,
  type Quantity,
} from './quantity.js';
