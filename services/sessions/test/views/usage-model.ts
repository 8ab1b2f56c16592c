import { decode, numberText, type ExactJson, type ExactNumber } from '@drawdown/cloudevents';
import type { StoredMessage } from '@drawdown/eventlog';

const CANCELLED = 'drawdown.usage.event.cancelled.v1';

/** What entitlements makes of usage (entitlements §19.4, §19.5), in its smallest form: each event once, and none that was taken back. */
export class UsageModel {
  readonly #events = new Map<string, { readonly customer: string; readonly value: number }>();
  readonly #cancelled = new Set<string>();
  readonly #ids = new Set<string>();

  /** Events of the message, as they came. */
  apply(message: StoredMessage): readonly string[] {
    const decoded = decode(message.headers, message.data);
    if (!decoded.ok) throw new Error(decoded.detail);
    return decoded.results.map(result => {
      if (!result.ok) throw new Error(result.detail);
      const { id, source, type, subject = '', data } = result.event;
      const key = JSON.stringify([subject, source, id]);
      if (!this.#ids.has(key)) this.#add(key, type, subject, data);
      return id;
    });
  }

  /** Customer → sum of what counts; customers without any are left out. */
  sums(): Readonly<Record<string, number>> {
    const sums: Record<string, number> = {};
    for (const [key, { customer, value }] of this.#events) {
      if (!this.#cancelled.has(key)) sums[customer] = (sums[customer] ?? 0) + value;
    }
    return sums;
  }

  /** What counts: `id = value` of each event, in order. */
  counting(): readonly string[] {
    const counting = [...this.#events].filter(([key]) => !this.#cancelled.has(key));
    return counting.map(([key, { value }]) => `${(JSON.parse(key) as readonly string[])[2] ?? ''} = ${value}`).sort();
  }

  #add(key: string, type: string, customer: string, data: ExactJson | undefined): void {
    this.#ids.add(key);
    const fields = data as { readonly source?: string; readonly id?: string; readonly value?: number | ExactNumber };
    if (type === CANCELLED) this.#cancelled.add(JSON.stringify([customer, fields.source, fields.id]));
    else this.#events.set(key, { customer, value: Number(numberText(fields.value ?? 0)) });
  }
}
