import type { Kind } from '../aggregates/kinds.js';
import { getFarm } from './get-farm.js';
import { getNode } from './get-node.js';
import { getNonce } from './get-nonce.js';
import { getParty } from './get-party.js';
import { getPool } from './get-pool.js';
import { getReservation } from './get-reservation.js';
import { getStandings } from './get-standings.js';
import { poolExplain } from './pool-explain.js';
import { poolFits } from './pool-fits.js';
import { poolForecast } from './pool-forecast.js';
import { poolStay } from './pool-stay.js';
import { poolWhatIf } from './pool-what-if.js';
import type { Question } from './question.js';

/** Everything that may be asked, by the name under which it travels between replicas. */
export const QUESTIONS = {
  'farm/get': getFarm,
  'node/get': getNode,
  'nonce/get': getNonce,
  'party/get': getParty,
  'pool/explain': poolExplain,
  'pool/fits': poolFits,
  'pool/forecast': poolForecast,
  'pool/get': getPool,
  'pool/stay': poolStay,
  'pool/what-if': poolWhatIf,
  'pool/standings': getStandings,
  'reservation/get': getReservation,
} as const;

type Questions = typeof QUESTIONS;
export type QuestionName = keyof Questions;

type Parts<Q extends QuestionName> =
  Questions[Q] extends Question<infer K extends Kind, infer Arguments, infer Answer> ? readonly [K, Arguments, Answer] : never;

export type KindAsked<Q extends QuestionName> = Parts<Q>[0];
export type ArgumentsOf<Q extends QuestionName> = Parts<Q>[1];
export type AnswerOf<Q extends QuestionName> = Parts<Q>[2];
