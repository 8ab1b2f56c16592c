import { NOTHING, type Amounts } from '../../amount/per-dimension.js';
import type { Member } from '../state.js';

/** What a member adds to the rates of its pool, in milliunits: nothing while it is suspended or paused. */
export const drainOf = ({ rates, isSuspended, isPaused }: Member): Amounts => (isSuspended || isPaused ? NOTHING : rates);

/** What it adds to the rates that are only on record because somebody paused it. */
export const pausedDrainOf = ({ rates, isSuspended, isPaused }: Member): Amounts => (isPaused && !isSuspended ? rates : NOTHING);

/** What a member drains or would, were it not paused. */
export const recordedDrainOf = ({ rates, isSuspended }: Member): Amounts => (isSuspended ? NOTHING : rates);
