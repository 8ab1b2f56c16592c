import { Refusal } from '@drawdown/errors';
import { LIMITS } from '../limits.js';
import { EVENT_CATEGORIES, type EventCategory } from '../resource/events.js';

/** What a subscriber asks for; not trusted. */
export interface SubscriptionRequest {
  /** Events kept for a slow reader; absent and 0 mean 1000. */
  readonly chanSize?: number | undefined;
  readonly categories: readonly string[];
}

const categoryOf = (name: string): EventCategory => {
  const category = EVENT_CATEGORIES.find(each => each === name);
  if (category === undefined) throw new Refusal('SUBSCRIBE_INVALID_CATEGORY', `there is no category ${name}`);
  return category;
};

/**
 * Events that wait for one reader (reconciliation §11). Emitting never waits: what does not fit is dropped for this subscriber alone, and
 * counted.
 */
export class Subscription<Event> {
  readonly #eventsMax: number;
  readonly #categories: ReadonlySet<EventCategory>;
  #buffered: Event[] = [];
  #dropped = 0;
  #isCancelled = false;

  /** @throws Refusal `SUBSCRIBE_INVALID_SIZE`, `SUBSCRIBE_INVALID_CATEGORY`, checked in this order. */
  constructor({ chanSize = 0, categories }: SubscriptionRequest) {
    if (!Number.isSafeInteger(chanSize) || chanSize < 0) {
      throw new Refusal('SUBSCRIBE_INVALID_SIZE', `a subscription cannot keep ${chanSize} events`);
    }
    this.#eventsMax = chanSize === 0 ? LIMITS.subscriptionEventsDefault : chanSize;
    this.#categories = new Set(categories.map(categoryOf));
  }

  /** Events lost because they did not fit. */
  get dropped(): number {
    return this.#dropped;
  }

  emit(category: EventCategory, event: Event): void {
    if (this.#isCancelled || !this.#categories.has(category)) return;
    if (this.#buffered.length < this.#eventsMax) this.#buffered.push(event);
    else this.#dropped += 1;
  }

  /** Takes out the oldest events, in the order of their emission. */
  read(eventsMax: number): Event[] {
    const read = this.#buffered.slice(0, eventsMax);
    this.#buffered = this.#buffered.slice(eventsMax);
    return read;
  }

  /** Nothing more is kept; what is kept can still be read. */
  cancel(): void {
    this.#isCancelled = true;
  }
}
