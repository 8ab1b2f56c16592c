import { encodeToken, type StoredMessage, type Subjects } from '@drawdown/eventlog';
import type { ErasableHits } from '../../application/erasure/ports.js';
import { isHitOf, type ErasedPerson } from '../../application/erasure/person.js';
import { clientKey } from '../../domain/index.js';
import { PARTITIONS } from '@drawdown/eventlog';
import type { ErasingStream } from './erasing-stream.js';
import { withoutEventsOf } from './erasure-envelope.js';
import { decodeHitsMessage } from './hit-message.js';
import { originOf, producersHeaders, REWRITTEN_HEADER, rewrittenMark } from '../../application/erasure/rewritten.js';

export interface HitErasureOptions {
  readonly stream: ErasingStream;
  readonly subjects: Subjects;
  /** How long the stream keeps a message. */
  readonly maxAgeMs: number;
  /** Server's time. */
  readonly nowMs: () => number;
}

/** A person's hits in DRAWDOWN_HITS (sessions §15.11). */
export class HitErasure implements ErasableHits {
  constructor(private readonly options: HitErasureOptions) {}

  async lastOf(erased: ErasedPerson): Promise<ReadonlyMap<number, number>> {
    const { stream, subjects } = this.options;
    const last = new Map<number, number>();
    for (const source of this.#sources(erased)) {
      const all = await Promise.all(subjects.filters('hits', source).map(filter => stream.reader.lastSequence(filter)));
      last.set(source, Math.max(...all));
    }
    return last;
  }

  async clientKeysOf(erased: ErasedPerson): Promise<ReadonlySet<string>> {
    const { namespace, propertyId, person } = erased;
    const keys = new Set(person.kind === 'client' ? [clientKey(namespace, propertyId, person.clientId)] : []);
    for await (const message of this.#messages(erased)) {
      const decoded = decodeHitsMessage(this.options.subjects, message);
      if (!decoded.ok || decoded.value.kind !== 'hits') continue;
      for (const hit of decoded.value.hits) {
        if (isHitOf(erased, hit)) keys.add(clientKey(namespace, propertyId, hit.clientId, hit.clientSessionId));
      }
    }
    return keys;
  }

  async *erase(erased: ErasedPerson, signal: AbortSignal): AsyncGenerator<number> {
    const { stream, subjects, maxAgeMs, nowMs } = this.options;
    for await (const message of this.#messages(erased)) {
      signal.throwIfAborted();
      const origin = originOf(message);
      const left = withoutEventsOf(subjects, message, erased, origin.timeMs);
      if (left.kind === 'untouched') continue;
      if (left.kind === 'rest') {
        const headers = producersHeaders(message.headers).set(REWRITTEN_HEADER, rewrittenMark(origin));
        // A crash after this leaves both: the first one is taken out by the next try, and hits that lie twice count once.
        await stream.append({ subject: message.subject, headers, data: left.data, lifeMs: origin.timeMs + maxAgeMs - nowMs() });
      }
      await stream.erase(message);
      yield 1;
    }
  }

  /** Those that came before the erasure, wherever a hit of the person may lie. */
  async *#messages(erased: ErasedPerson): AsyncGenerator<StoredMessage> {
    const { stream } = this.options;
    for (const filter of this.#filters(erased)) {
      for await (const message of stream.reader.from(filter, 1)) {
        if (originOf(message).timeMs <= erased.erasedAtMs) yield message;
      }
    }
  }

  #filters({ namespace, propertyId, person }: ErasedPerson): readonly string[] {
    const { subjects } = this.options;
    const { prefix } = subjects;
    if (person.kind === 'client') {
      const { clientId } = person;
      const source = subjects.hitPartition(namespace, propertyId, clientId);
      return [subjects.hitsStored(namespace, propertyId, clientId), subjects.hitsBatch(source, namespace)];
    }
    const [tenant, property] = [encodeToken(namespace, 'namespace'), encodeToken(propertyId, 'property')];
    return [`${prefix}.p.hits.*.${tenant}.${property}.*`, `${prefix}.hits-batch.*.${tenant}`];
  }

  #sources({ namespace, propertyId, person }: ErasedPerson): readonly number[] {
    if (person.kind === 'client') return [this.options.subjects.hitPartition(namespace, propertyId, person.clientId)];
    return Array.from({ length: PARTITIONS }, (_unused, source) => source);
  }
}
