import type { InstantMs } from '@drawdown/calendar';
import { takeOverAt } from '../resource/claim.js';
import type { ResourceRecord } from '../resource/record.js';

/** Whether a record should have been worked long ago; strictly longer than the threshold. A negative threshold looks for none. */
const isStuck = (record: ResourceRecord, thresholdMs: number, now: InstantMs): boolean =>
  thresholdMs > 0 && record.nextAttemptAt !== null && record.nextAttemptAt < now - thresholdMs;

/** Whether the attempt of a record is lost: anybody may take it over. */
const isAbandoned = (record: ResourceRecord, now: InstantMs): boolean => record.lease !== null && takeOverAt(record.lease) <= now;

/**
 * Finds records whose deadline or lease has been overlooked, so that the owner looks at them again (reconciliation §8). It writes nothing;
 * a stuck record is named once per threshold, so that a backlog is not multiplied.
 */
export class Rescuer {
  readonly #thresholdMs: number;
  readonly #hintedAt = new Map<string, InstantMs>();

  constructor(thresholdMs: number) {
    this.#thresholdMs = thresholdMs;
  }

  /** Those of the records that are to be looked at again; one pass. */
  rescue(records: Iterable<ResourceRecord>, now: InstantMs): ResourceRecord[] {
    const found: ResourceRecord[] = [];
    for (const record of records) {
      if (isAbandoned(record, now)) found.push(record);
      else if (isStuck(record, this.#thresholdMs, now) && this.#mayHint(record.id, now)) found.push(record);
    }
    this.#forget(now);
    return found;
  }

  #mayHint(id: string, now: InstantMs): boolean {
    const hintedAt = this.#hintedAt.get(id);
    if (hintedAt !== undefined && now - hintedAt < this.#thresholdMs) return false;
    this.#hintedAt.set(id, now);
    return true;
  }

  /** What is older than a threshold forbids nothing any more. */
  #forget(now: InstantMs): void {
    for (const [id, hintedAt] of this.#hintedAt) if (now - hintedAt >= this.#thresholdMs) this.#hintedAt.delete(id);
  }
}
