import { Fault, isFault } from '@drawdown/errors';
import pRetry from 'p-retry';
import type { Payments } from '../../application/payments/port.js';
import type { ConclusionOrder, PaymentOrder, RefundOrder } from '../../domain/index.js';
import { paymentConcluded, paymentRequested, refundRequested, type WebhookMessage } from './webhook-messages.js';
import { signWebhook, WEBHOOK_SIGNATURE_HEADER } from './webhook-signature.js';

/** Statuses that may be others the next time; the rest of 4xx says that the message itself is not wanted. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 409, 425, 429]);

/** Payments of which it is remembered that the receiver knows them; of more, the oldest are told once more. */
const TOLD_MAX = 10_000;

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

const MS_PER_SECOND = 1_000;

export interface WebhookOptions {
  /** Where messages are posted; TLS, but on this machine. */
  readonly url: string;
  /** The one in use first. */
  readonly secrets: readonly string[];
  /** Where customers pay; told to them and to the receiver as it stands here. */
  readonly address: string;
  /** The stream's clock. */
  readonly clock: { nowMs(): number };
  /** How long one attempt may take. @default 5000 */
  readonly timeoutMs?: number;
  /** Attempts of one delivery; after that it is for the caller to come again. @default 4 */
  readonly attemptsMax?: number;
  /** Wait before the second attempt, doubled before each further one. @default 200 */
  readonly backoffMs?: number;
  /** Longest wait between attempts. @default 5000 */
  readonly backoffMsMax?: number;
  /** Ends deliveries under way. */
  readonly signal?: AbortSignal;
}

/**
 * Payments kept by another system, which is told over HTTP what to do and tells what came in with `ReportPayment`. Every message is signed and
 * has an idempotency key; 2xx means that the receiver has it for good.
 */
export class WebhookPayments implements Payments {
  readonly #told = new Set<string>();
  readonly #url: URL;

  /** @throws TypeError: no URL, or one that would carry money in the clear */
  constructor(private readonly options: WebhookOptions) {
    this.#url = new URL(options.url);
    const isSafe = this.#url.protocol === 'https:' || (this.#url.protocol === 'http:' && LOOPBACK_HOSTS.has(this.#url.hostname));
    if (!isSafe) throw new TypeError(`payments are announced over https, not to ${this.#url.origin}`);
  }

  addressFor(): string {
    return this.options.address;
  }

  /** Says once that a payment is due; nothing is known of it here before it is reported. After its window nobody is asked for it. */
  async collect(order: PaymentOrder): Promise<undefined> {
    const message = paymentRequested(order);
    const isOver = this.options.clock.nowMs() >= (order.expiresAt + 1) * MS_PER_SECOND;
    if (isOver || this.#told.has(message.idempotencyKey)) return;
    await this.#deliver(message);
    this.#told.add(message.idempotencyKey);
    this.#forgetOldest();
  }

  async refund(order: RefundOrder): Promise<void> {
    await this.#deliver(refundRequested(order));
  }

  async conclude(order: ConclusionOrder): Promise<void> {
    await this.#deliver(paymentConcluded(order));
    this.#told.delete(paymentRequested(order).idempotencyKey);
  }

  #forgetOldest(): void {
    if (this.#told.size <= TOLD_MAX) return;
    const [oldest] = this.#told;
    if (oldest !== undefined) this.#told.delete(oldest);
  }

  /**
   * Delivers a message at least once.
   * @throws Fault `PAYMENTS_REJECTED`: the receiver does not want it, and somebody has to look; `PAYMENTS_UNAVAILABLE`: it did not answer, or
   * not well, in any attempt
   */
  async #deliver(message: WebhookMessage): Promise<void> {
    const { attemptsMax = 4, backoffMs = 200, backoffMsMax = 5_000, signal } = this.options;
    await pRetry(() => this.#attempt(message), {
      retries: attemptsMax - 1,
      factor: 2,
      minTimeout: backoffMs,
      maxTimeout: backoffMsMax,
      randomize: true,
      shouldRetry: ({ error }) => isFault(error) && error.reason === 'PAYMENTS_UNAVAILABLE',
      ...(signal && { signal }),
    });
  }

  async #attempt({ idempotencyKey, body }: WebhookMessage): Promise<void> {
    const { secrets, clock, timeoutMs = 5_000, signal } = this.options;
    const timeout = AbortSignal.timeout(timeoutMs);
    const timestamp = Math.floor(clock.nowMs() / MS_PER_SECOND);
    let status: number;
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          'idempotency-key': idempotencyKey,
          [WEBHOOK_SIGNATURE_HEADER]: signWebhook(secrets, timestamp, body),
        },
        // A redirect would carry signed messages elsewhere.
        redirect: 'manual',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      await response.body?.cancel();
      ({ status } = response);
    } catch (cause) {
      signal?.throwIfAborted();
      throw new Fault('PAYMENTS_UNAVAILABLE', `message ${idempotencyKey} was not delivered`, { idempotencyKey }, { cause });
    }
    if (status >= 200 && status < 300) return;
    const metadata = { idempotencyKey, status: String(status) };
    if (status >= 500 || PASSING_STATUSES.has(status)) {
      throw new Fault('PAYMENTS_UNAVAILABLE', `message ${idempotencyKey} was answered ${status}`, metadata);
    }
    throw new Fault('PAYMENTS_REJECTED', `message ${idempotencyKey} was answered ${status}`, metadata);
  }
}
