import { deserialize, serialize } from 'node:v8';
import { Fault, isFault } from '@drawdown/errors';
import { componentsOf, decodePosition, encodePosition, mergePositions, type Incarnations, type Position } from '@drawdown/eventlog';
import type { OwnerRequest } from '@drawdown/partitions';
import { inject } from '@drawdown/telemetry';
import type { KeyOf, Kind } from '../../application/aggregates/kinds.js';
import { requireOwn } from '../../application/aggregates/definitions.js';
import type { Answered, AskOptions, CallLimits, CapacityCalls, Given, Told } from '../../application/calls.js';
import type { CapacityOwner } from '../../application/partition/capacity-owner.js';
import { addressOf } from '../../application/partition/recorded.js';
import type { Question } from '../../application/questions/question.js';
import { QUESTIONS, type AnswerOf, type ArgumentsOf, type KindAsked, type QuestionName } from '../../application/questions/questions.js';
import { storedState } from '../mongo/stored-state.js';
import { doWork, type DoneWork, type OwnerWork } from './owner-work.js';
import type { Partitions } from './partitions.js';
import type { Platform } from './platform.js';

/** An owner that has not answered a question by then counts as silent: the stored documents answer (design §6). */
const READ_OWNER_MS_MAX = 2_000;
const MS_PER_SECOND = 1_000;

const SILENT: readonly string[] = ['OWNER_UNAVAILABLE', 'OWNER_BUSY', 'DEADLINE_EXCEEDED', 'PARTITION_STOPPED'];

/** What travels to an owner in another process; both ends are this file, in this build or the one before. */
type Request =
  | { readonly op: 'execute'; readonly kind: Kind; readonly namespace: string; readonly key: KeyOf<Kind>; readonly given: Given<Kind> }
  | {
      readonly op: 'ask';
      readonly question: QuestionName;
      readonly namespace: string;
      readonly key: KeyOf<Kind>;
      readonly args: unknown;
      readonly minPosition: string;
    }
  | { readonly op: 'work'; readonly work: OwnerWork };

interface Target {
  readonly partition: number;
  readonly owner: CapacityOwner | undefined;
}

/** Brings every command and question to the owner of its aggregate: in this process where that is here, else over NATS. */
export class OwnerCalls implements CapacityCalls {
  constructor(
    private readonly platform: Platform,
    private readonly incarnations: Incarnations['streams'],
    private readonly partitions: () => Partitions,
  ) {}

  async execute<K extends Kind>(kind: K, namespace: string, key: KeyOf<K>, given: Given<K>, limits: CallLimits): Promise<Answered<K>> {
    const { partition, owner } = this.#target(kind, key);
    if (owner !== undefined) return this.#executeHere(owner, partition, kind, namespace, key, given);
    return (await this.#send(partition, { op: 'execute', kind, namespace, key, given }, limits.remainingMs())) as Answered<K>;
  }

  async ask<Q extends QuestionName>(
    question: Q,
    namespace: string,
    key: KeyOf<KindAsked<Q>>,
    args: ArgumentsOf<Q>,
    options: AskOptions,
  ): Promise<Told<Q>> {
    const { kind } = questionOf(question);
    const { partition, owner } = this.#target(kind, key);
    const { minPosition, mayBeStale = false } = options;
    const timeoutMs = mayBeStale ? Math.min(options.remainingMs(), READ_OWNER_MS_MAX) : options.remainingMs();
    try {
      if (owner !== undefined) return await this.#askHere(owner, partition, question, namespace, key, args, options);
      return (await this.#send(partition, { op: 'ask', question, namespace, key, args, minPosition }, timeoutMs)) as Told<Q>;
    } catch (error) {
      if (!mayBeStale || !isFault(error) || !SILENT.includes(error.reason)) throw error;
      return this.#askStored(partition, question, namespace, key, args, minPosition);
    }
  }

  /** Has the owner of a partition do something that is no business of one aggregate. @throws Fault `OWNER_UNAVAILABLE`, … */
  async work<W extends OwnerWork>(partition: number, work: W, limits: CallLimits): Promise<DoneWork<W>> {
    const owned = this.partitions().owned(partition);
    if (owned?.owner !== undefined) return doWork(owned, this.partitions().host, work);
    return (await this.#send(partition, { op: 'work', work }, limits.remainingMs())) as DoneWork<W>;
  }

  merged(...positions: readonly string[]): string {
    const merged = positions
      .filter(position => position !== '')
      .map(position => decodePosition(position, this.incarnations))
      .reduce<Position>((left, right) => mergePositions(left, right), []);
    return merged.length === 0 ? '' : encodePosition(merged);
  }

  /** Answers a request of another replica. */
  async serve(owner: CapacityOwner, partition: number, request: OwnerRequest): Promise<Uint8Array> {
    const asked = deserialize(request.data) as Request;
    const deadlineAtMs = performance.now() + request.timeoutMs;
    const remainingMs = (): number => Math.max(0, deadlineAtMs - performance.now());
    return serialize(await this.#answer(owner, partition, asked, remainingMs));
  }

  async #answer(owner: CapacityOwner, partition: number, asked: Request, remainingMs: () => number): Promise<unknown> {
    switch (asked.op) {
      case 'execute':
        return this.#executeHere(owner, partition, asked.kind, asked.namespace, asked.key, asked.given);
      case 'ask': {
        const { question, namespace, key, args, minPosition } = asked;
        return this.#askHere(owner, partition, question, namespace, key as never, args as never, { minPosition, remainingMs });
      }
      case 'work':
        return this.work(partition, asked.work, { remainingMs });
    }
  }

  async #executeHere<K extends Kind>(
    owner: CapacityOwner,
    partition: number,
    kind: K,
    namespace: string,
    key: KeyOf<K>,
    given: Given<K>,
  ): Promise<Answered<K>> {
    const { events, sequence, repeated } = await owner.execute(kind, namespace, key, given);
    return { events, sequence, repeated, position: this.#positionOf(partition, sequence) };
  }

  async #askHere<Q extends QuestionName>(
    owner: CapacityOwner,
    partition: number,
    question: Q,
    namespace: string,
    key: KeyOf<KindAsked<Q>>,
    args: ArgumentsOf<Q>,
    options: AskOptions,
  ): Promise<Told<Q>> {
    const { kind, answer } = questionOf(question);
    const wanted = this.#wanted(partition, options.minPosition);
    let read = await owner.read(kind, namespace, key);
    if (wanted > Math.max(read.sequence, owner.fold.sequence)) {
      await this.#untilReached(partition, wanted, options.remainingMs());
      read = await owner.read(kind, namespace, key);
    }
    return {
      answer: answer(read.state, args, owner.nowSeconds()),
      position: this.#positionOf(partition, Math.max(read.sequence, owner.fold.sequence)),
      isStale: false,
      asOfMs: this.platform.clock.nowMs(),
    };
  }

  /** Waits for the component of this partition, and for no other: a quiet partition is never waited for in vain (design §3.10). */
  async #untilReached(partition: number, wanted: number, remainingMs: number): Promise<void> {
    try {
      const reader = this.partitions().host.reader(partition);
      await reader?.reached('capacity', wanted, AbortSignal.timeout(Math.max(1, Math.floor(remainingMs))));
    } catch (error) {
      if (isFault(error) && error.reason === 'WAIT_ABORTED') throw staleRead(wanted);
      throw error;
    }
  }

  /** When the owner is silent; nothing is decided on this. */
  async #askStored<Q extends QuestionName>(
    partition: number,
    question: Q,
    namespace: string,
    key: KeyOf<KindAsked<Q>>,
    args: ArgumentsOf<Q>,
    minPosition: string,
  ): Promise<Told<Q>> {
    const { kind, answer } = questionOf(question);
    const readModel = this.partitions().readModel;
    const stored = await storedState(readModel, addressOf(this.platform.subjects, kind, key));
    const sequence = stored?.sequence ?? 0;
    const wanted = this.#wanted(partition, minPosition);
    if (wanted > sequence && wanted > ((await readModel.watermarks.read(partition))?.sequences['capacity'] ?? 0)) throw staleRead(wanted);
    // The documents may be behind: what they do not have may exist all the same.
    if (stored?.state === undefined) throw new Fault('OWNER_UNAVAILABLE', 'the owner is silent, and nothing is stored yet');
    const state = requireOwn(kind, namespace, stored.state);
    const nowMs = this.platform.clock.nowMs();
    return {
      answer: answer(state, args, Math.floor(nowMs / MS_PER_SECOND)),
      position: this.#positionOf(partition, sequence),
      isStale: true,
      asOfMs: stored.timeMs,
    };
  }

  #target<K extends Kind>(kind: K, key: KeyOf<K>): Target {
    const { subjects } = this.platform;
    const partition = subjects.parse(addressOf(subjects, kind, key).subject)?.partition ?? 0;
    return { partition, owner: this.partitions().owner(partition) };
  }

  #wanted(partition: number, minPosition: string): number {
    if (minPosition === '') return 0;
    const components = componentsOf(decodePosition(minPosition, this.incarnations), partition);
    return Math.max(0, ...components.map(({ stream, sequence }) => (stream === 'capacity' ? sequence : 0)));
  }

  #positionOf(partition: number, sequence: number): string {
    return sequence === 0
      ? ''
      : encodePosition([{ stream: 'capacity', incarnation: this.incarnations.capacity ?? '', partition, sequence }]);
  }

  async #send(partition: number, request: Request, timeoutMs: number): Promise<unknown> {
    const headers = inject(new Map<string, string>());
    return deserialize(await this.partitions().host.request(partition, serialize(request), { timeoutMs, headers }));
  }
}

/** A question by its name, as something that takes its own arguments and gives its own answer. */
const questionOf = <Q extends QuestionName>(question: Q): Question<KindAsked<Q>, ArgumentsOf<Q>, AnswerOf<Q>> =>
  QUESTIONS[question] as unknown as Question<KindAsked<Q>, ArgumentsOf<Q>, AnswerOf<Q>>;

const staleRead = (sequence: number): Fault =>
  new Fault('STALE_READ', 'the position is not reached yet', { stream: 'capacity', sequence: String(sequence) });
