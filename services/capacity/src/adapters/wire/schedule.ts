import type { Schedule, Step } from '../../domain/index.js';
import { amount, perDimension } from './amounts.js';
import { list } from './collections.js';
import type { Codec } from './codec.js';
import { record } from './record.js';

/** What a pool is going to take from its parent. */
export const schedule: Codec<Schedule> = perDimension(list(record<Step>({ from: amount, rate: amount })));
