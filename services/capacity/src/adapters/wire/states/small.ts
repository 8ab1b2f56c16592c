import type { Counter, TakenNonce } from '../../../domain/index.js';
import { integer, text } from '../codec.js';
import { record } from '../record.js';

export const nonceState = record<TakenNonce>({ reservationId: integer, requestHash: text });

export const counterState = record<Counter>({ last: integer });
