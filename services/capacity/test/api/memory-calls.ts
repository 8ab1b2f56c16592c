import { Refusal } from '@drawdown/errors';
import { DEFINITIONS } from '../../src/application/aggregates/definitions.js';
import type { Kind, KeyOf, StateOf } from '../../src/application/aggregates/kinds.js';
import type { Answered, AskOptions, CapacityCalls, Given, Told } from '../../src/application/calls.js';
import {
  QUESTIONS,
  type AnswerOf,
  type ArgumentsOf,
  type KindAsked,
  type QuestionName,
} from '../../src/application/questions/questions.js';
import type { Question } from '../../src/application/questions/question.js';

const MS_PER_SECOND = 1_000;

/** Aggregates in memory: the service's own decisions and questions, without a log, for tests of the edge alone. */
export class MemoryCalls implements CapacityCalls {
  readonly #states = new Map<string, StateOf<Kind>>();
  #sequence = 0;

  async execute<K extends Kind>(kind: K, namespace: string, key: KeyOf<K>, given: Given<K>): Promise<Answered<K>> {
    const { when = 'now', command } = given;
    const { decider } = DEFINITIONS[kind];
    const before = this.#stateOf(kind, key);
    const events = decider.decide({ namespace, when, command }, before, Date.now());
    const after = events.reduce<StateOf<K>>((state, event) => decider.evolve(state, event, Date.now()), before);
    this.#states.set(placeOf(kind, key), after);
    this.#sequence += 1;
    return await Promise.resolve({ events, sequence: this.#sequence, repeated: false, position: `memory-${this.#sequence}` });
  }

  async ask<Q extends QuestionName>(
    question: Q,
    namespace: string,
    key: KeyOf<KindAsked<Q>>,
    args: ArgumentsOf<Q>,
    { minPosition }: AskOptions,
  ): Promise<Told<Q>> {
    // One question of many: what its parts are follows from its name.
    const { kind, answer } = QUESTIONS[question] as unknown as Question<KindAsked<Q>, ArgumentsOf<Q>, AnswerOf<Q>>;
    const { namespaceOf, notFound } = DEFINITIONS[kind];
    const state = this.#stateOf(kind, key);
    // Nonces and counters belong to nobody.
    const owner = state === undefined ? undefined : (namespaceOf(state) ?? namespace);
    if (owner !== namespace) throw new Refusal(notFound, 'there is none');
    return await Promise.resolve({
      answer: answer(state as NonNullable<StateOf<KindAsked<Q>>>, args, Math.floor(Date.now() / MS_PER_SECOND)),
      position: minPosition,
      isStale: false,
      asOfMs: Date.now(),
    });
  }

  merged(...positions: readonly string[]): string {
    return positions.at(-1) ?? '';
  }

  #stateOf<K extends Kind>(kind: K, key: KeyOf<K>): StateOf<K> {
    const place = placeOf(kind, key);
    return this.#states.has(place) ? this.#states.get(place) : DEFINITIONS[kind].decider.initialState;
  }
}

const placeOf = (kind: Kind, key: KeyOf<Kind>): string => JSON.stringify([kind, key]);
