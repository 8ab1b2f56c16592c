import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../amount/instant.js';

export interface InstantRequest {
  /** What the caller says; absent: now. Only callers who may backdate say anything. */
  readonly given: Seconds | undefined;
  /** The stream's clock. */
  readonly clock: Seconds;
  /** Latest instant of the pool. */
  readonly lastAt: Seconds;
}

/**
 * The instant of a command: never before the pool's last one (capacity §13.1).
 * @throws Refusal `AT_IN_FUTURE`, `AT_TOO_OLD`: only of a given instant; a clock that went back is not the caller's fault
 */
export const decideInstant = ({ given, clock, lastAt }: InstantRequest): Seconds => {
  if (given === undefined) return Math.max(clock, lastAt);
  if (given > clock) throw new Refusal('AT_IN_FUTURE', `${given} is later than now`, { clock: String(clock) });
  if (given < lastAt) throw new Refusal('AT_TOO_OLD', `${given} is before the pool's last change`, { lastAt: String(lastAt) });
  return given;
};
