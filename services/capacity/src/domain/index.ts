export { exact, type Exact } from './amount/exact.js';
export { saturated, type Horizon, type Seconds } from './amount/instant.js';
export {
  DIMENSIONS,
  eachDimension,
  equalEach,
  NOTHING,
  of,
  type Amounts,
  type Dimension,
  type PerDimension,
} from './amount/per-dimension.js';
export { formatMilli, isDecimalText, parseMilli } from './amount/text.js';
export { fits } from './pool/admission.js';
export type { PoolCommand } from './pool/commands.js';
export { decidePool, membership } from './pool/decide.js';
export type { PoolEvent } from './pool/events.js';
export { evolvePool, NO_POOL } from './pool/evolve.js';
export { isAllowed, isStarved, membersToStop, settledAt } from './pool/read.js';
export type { Pool } from './pool/state.js';
export { LIST_PRICES, priceOf, unitSecondPrice, type Network } from './price/price.js';
export { expiredBy, nextAfter, type Depletion } from './queue/order.js';
export { requireTopUp, requireUniqueNodes } from './reservation/target.js';
export { FORMULA_VERSION, workloadRates } from './units/rates.js';
export { FREE_TYPES, type Workload } from './units/workload.js';
