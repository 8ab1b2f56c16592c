import { isRefusal } from '@drawdown/errors';
import { PARTITIONS } from '@drawdown/eventlog';
import type { Property, SessionErased } from '../../domain/index.js';
import { checkWindow, type OperatorLog } from '../commands/operator-commands.js';
import type { CommandIdentity, CommandPlace, ErasureProgress, Person } from '../commands/ports.js';
import { propertyStateOf } from '../properties/registry.js';
import type { SessionStore } from '../store/session-store.js';
import { ClosedSessions, type ClosedSessionsOptions } from './closed-sessions.js';
import { OpenData, type ErasableStore } from './open-data.js';
import { goesOn, lookAgain } from './patience.js';
import { factOf, type ErasedPerson } from './person.js';
import type { ErasableHits, ErasableLetters, ErasablePublications } from './ports.js';

export interface ErasureOptions extends Omit<ClosedSessionsOptions, 'store' | 'log'> {
  readonly facts: OperatorLog;
  /** Server's time of a message of DRAWDOWN_SESSIONS. */
  readonly timeOf: (sequence: number) => Promise<number | undefined>;
  readonly store: ErasableStore & ClosedSessionsOptions['store'] & Pick<SessionStore, 'positions'>;
  readonly hits: ErasableHits;
  readonly publications: ErasablePublications;
  readonly letters: ErasableLetters;
  readonly sessionLog: ClosedSessionsOptions['log'];
  readonly sourceOf: (property: Property, clientId: string) => number;
  /** What replays have made of a property, as of the call. */
  readonly replaysOf: (property: Property) => Promise<readonly Property[]>;
  /** Server's time. */
  readonly nowMs: () => number;
}

interface Counts {
  openHits: number;
  closedSessions: number;
  messages: number;
}

/**
 * Forgets one person in one property, everywhere, in an order in which every step may be repeated (sessions §15.11): the fact first, so that whatever is
 * rebuilt from the streams leaves the person out; then the open sessions, once they hold all that came before the fact; then the streams themselves.
 * What replays have copied comes after the hits that they copy, so that one that begins meanwhile finds nothing of the person.
 */
export class Erasure {
  readonly #open: OpenData;
  readonly #closed: ClosedSessions;

  constructor(private readonly options: ErasureOptions) {
    this.#open = new OpenData(options.store);
    this.#closed = new ClosedSessions({ ...options, log: options.sessionLog });
  }

  /** @throws Refusal `IDEMPOTENCY_MISMATCH`, `COMMAND_EXPIRED`; Fault `WAIT_ABORTED`: the same command goes on where it broke off */
  async *erase(property: Property, person: Person, command: CommandIdentity, signal: AbortSignal): AsyncGenerator<ErasureProgress> {
    await this.#checkAge(property, this.#statesOf(property, person)[0] ?? 0, factOf(property, person), command);
    const done: Counts = { openHits: 0, closedSessions: 0, messages: 0 };
    const place = yield* this.#eraseIn(property, person, command, done, signal);
    for (const replay of await this.options.replaysOf(property)) yield* this.#eraseIn(replay, person, command, done, signal, place);
    yield { ...done, done: true, place };
  }

  /** @param told where the command stands that callers are told of; absent: where it stands in this property, which is answered */
  async *#eraseIn(
    property: Property,
    person: Person,
    command: CommandIdentity,
    done: Counts,
    signal: AbortSignal,
    told?: CommandPlace,
  ): AsyncGenerator<ErasureProgress, CommandPlace | undefined> {
    const { hits, letters } = this.options;
    const states = this.#statesOf(property, person);
    const { place, erasedAtMs, firstOf } = await this.#record(property, person, command, states, signal);
    const { namespace, propertyId } = property;
    const erased: ErasedPerson = { namespace, propertyId, person, erasedAtMs };
    const progress = (): ErasureProgress => ({ ...done, done: false, place: told ?? place });
    yield progress();

    const clientKeys = await hits.clientKeysOf(erased);
    await this.#applied(property, await hits.lastOf(erased), signal);
    for (const state of states) done.openHits += await this.#open.erase(erased, state, clientKeys, signal);
    yield progress();

    for await (const messages of hits.erase(erased, signal)) {
      done.messages += messages;
      yield progress();
    }
    for (const state of states) {
      const lost = new Set<string>();
      for await (const messages of this.options.publications.erase(erased, state, clientKeys, id => lost.add(id), signal)) {
        done.messages += messages;
        yield progress();
      }
      await this.#folded(erased, state, firstOf.get(state) ?? 0, signal);
      done.closedSessions += await this.#closed.correct(property, state, command.id, lost, signal);
    }
    for await (const messages of letters.erase(erased, clientKeys, signal)) {
      done.messages += messages;
      yield progress();
    }
    return place;
  }

  /** State partitions in which anything of the person may lie (sessions §12.1). */
  #statesOf(property: Property, person: Person): readonly number[] {
    if (property.settings.scope === 'property') return [propertyStateOf(property.namespace, property.propertyId)];
    if (person.kind === 'client') return [this.options.sourceOf(property, person.clientId)];
    return Array.from({ length: PARTITIONS }, (_unused, state) => state);
  }

  async #record(
    property: Property,
    person: Person,
    command: CommandIdentity,
    states: readonly number[],
    signal: AbortSignal,
  ): Promise<{ readonly place: CommandPlace | undefined; readonly erasedAtMs: number; readonly firstOf: ReadonlyMap<number, number> }> {
    const fact = factOf(property, person);
    const { facts, timeOf } = this.options;
    const { namespace, propertyId } = property;
    const firstOf = new Map<number, number>();
    let erasedAtMs = 0;
    let place: CommandPlace | undefined;
    for (const state of states) {
      goesOn(signal);
      const { sequence } = await facts.record({ state, namespace, propertyId }, fact, command);
      firstOf.set(state, sequence);
      erasedAtMs = Math.max(erasedAtMs, (await timeOf(sequence)) ?? 0);
      place = { partition: state, sequence };
    }
    return { place, erasedAtMs, firstOf };
  }

  /** An erasure may take longer than a command lives: one that has begun may always go on. */
  async #checkAge(property: Property, state: number, fact: SessionErased, command: CommandIdentity): Promise<void> {
    const { facts, nowMs } = this.options;
    try {
      checkWindow(command, nowMs());
    } catch (error) {
      const { namespace, propertyId } = property;
      if (!isRefusal(error) || (await facts.recorded({ state, namespace, propertyId }, fact, command)) === undefined) throw error;
    }
  }

  /** What was published before the erasure has reached the store, so that nothing of it comes later. */
  async #applied(property: Property, last: ReadonlyMap<number, number>, signal: AbortSignal): Promise<void> {
    const { store } = this.options;
    for (const [source, sequence] of last) {
      const state = property.settings.scope === 'client' ? source : propertyStateOf(property.namespace, property.propertyId);
      while (((await store.positions(state))?.get(source) ?? 0) < sequence) await lookAgain(signal);
    }
  }

  async #folded(erased: ErasedPerson, state: number, fact: number, signal: AbortSignal): Promise<void> {
    const sequence = Math.max(fact, await this.options.publications.last(erased, state));
    while ((await this.options.folded(state)) < sequence) await lookAgain(signal);
  }
}
