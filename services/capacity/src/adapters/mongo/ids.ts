/** Digits of the largest number that a double holds exactly. */
const DIGITS = 16;

/** A number as an id: of one length, so that ids as texts have the order of the numbers. */
export const numberId = (number: number): string => String(number).padStart(DIGITS, '0');

/** A workload of a pool. */
export const memberId = (poolId: number, workloadId: number): string => `${numberId(poolId)}/${numberId(workloadId)}`;

/** A stretch of draining; no two of a pool begin at the same second. */
export const segmentId = (poolId: number, from: number): string => `${numberId(poolId)}/${numberId(from)}`;
