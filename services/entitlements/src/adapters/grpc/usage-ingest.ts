import type { OutgoingEvent } from '@drawdown/cloudevents';
import { Fault, isRefusal, Refusal } from '@drawdown/errors';
import { encodePosition, mergePositions, type Position } from '@drawdown/eventlog';
import type { CallContext } from '@drawdown/grpc';
import { UsageOutcome, type CancelUsageRequest, type UsageEvent, type UsageResult } from '@drawdown/proto';
import { inject } from '@drawdown/telemetry';
import { USAGE_CANCELLED_TYPE } from '../../application/usage/usage-message.js';
import type { PublishedUsage, PublishUsage } from '../../application/usage/publish-usage.js';
import { fromApiUsageEvent, toApiItemError } from './convert/usage-events.js';
import { checkCommandTime } from './owner/command-request.js';
import type { OwnerCalls } from './owner/owner-calls.js';
import type { UsageEffect } from '../../application/usage/usage-observer.js';
import type { UsageEffectsRoute } from './owner/usage-effects.js';

export interface IngestedUsage {
  readonly results: UsageResult[];
  readonly position: string;
}

type Checked = { readonly event: OutgoingEvent } | { readonly refusal: Refusal };

const OUTCOMES: Readonly<Record<UsageEffect, UsageOutcome>> = {
  COUNTED: UsageOutcome.COUNTED,
  DUPLICATE: UsageOutcome.DUPLICATE,
  MISMATCH: UsageOutcome.MISMATCH,
  UNMATCHED: UsageOutcome.UNMATCHED,
  CANCELLED: UsageOutcome.CANCELLED,
};

/** CloudEvents `source` of cancellations that come as a call. */
const CANCELLED_BY = '/drawdown/entitlements/cancel-usage';

/** Events from those who have no NATS of their own: checked one by one, durable before the answer (entitlements §19.4). */
export class UsageIngest {
  constructor(
    private readonly publish: PublishUsage,
    private readonly calls: OwnerCalls,
    private readonly effects: UsageEffectsRoute,
    private readonly nowMs: () => number,
  ) {}

  async ingest(messages: readonly UsageEvent[], waitForEffect: boolean, context: CallContext): Promise<IngestedUsage> {
    const checked = messages.map((message): Checked => check(message, this.nowMs()));
    const events = checked.flatMap(item => ('event' in item ? [item.event] : []));
    const places = await this.publish(context.caller.namespace, events, Object.fromEntries(inject(new Map<string, string>())));
    const effects = waitForEffect ? await this.#effectsOf(places, context) : undefined;
    let next = 0;
    const results = checked.map((item): UsageResult => {
      if ('refusal' in item) return { outcome: UsageOutcome.REFUSED, position: '', error: toApiItemError(item.refusal) };
      const index = next++;
      const place = places[index];
      if (place === undefined) throw new Error('an event was published and has no place');
      const effect = effects?.[index];
      return {
        outcome: effect === undefined ? UsageOutcome.ACCEPTED : OUTCOMES[effect],
        position: encodePosition(this.#positionOf(place)),
        error: undefined,
      };
    });
    return {
      results,
      position: encodePosition(places.reduce<Position>((merged, place) => mergePositions(merged, this.#positionOf(place)), [])),
    };
  }

  /**
   * Takes an event back (entitlements §19.5). The cancellation's own id is the request's: a repeat changes nothing, and what the owner makes of it
   * tells whether the id was used for another event.
   * @throws Refusal `COMMAND_EXPIRED`, `VALIDATION`, `IDEMPOTENCY_MISMATCH`; Fault: the same request may be sent again
   */
  async cancel(request: CancelUsageRequest, context: CallContext): Promise<string> {
    checkCommandTime(request, this.nowMs());
    const { requestId, customer, source, id } = request;
    const event: OutgoingEvent = {
      id: requestId,
      source: CANCELLED_BY,
      type: USAGE_CANCELLED_TYPE,
      subject: customer,
      data: { source, id },
    };
    const places = await this.publish(context.caller.namespace, [event], Object.fromEntries(inject(new Map<string, string>())));
    const [effect] = await this.#effectsOf(places, context);
    if (effect === undefined) throw new Fault('OWNER_UNAVAILABLE', 'the cancellation is stored; what it came to is not known yet');
    if (effect === 'MISMATCH') {
      throw new Refusal('IDEMPOTENCY_MISMATCH', 'the request id was used to take another event back', { commandId: requestId });
    }
    return encodePosition(places.reduce<Position>((merged, place) => mergePositions(merged, this.#positionOf(place)), []));
  }

  #positionOf({ partition, position }: PublishedUsage): Position {
    return this.calls.positions.of(partition, position.sequence, 0);
  }

  /** In the order of the places; unknown where the owner did not say so in time. */
  async #effectsOf(places: readonly PublishedUsage[], context: CallContext): Promise<readonly (UsageEffect | undefined)[]> {
    const messages = new Map(
      places.map(({ partition, position }) => [`${partition}/${position.sequence}`, { partition, sequence: position.sequence }]),
    );
    const answered = new Map<string, readonly (UsageEffect | undefined)[]>();
    await Promise.all(
      [...messages].map(async ([key, { partition, sequence }]) => {
        answered.set(
          key,
          await this.calls.callPartition(partition, this.effects, { sequence }, context).then(
            ({ effects }) => effects,
            () => [],
          ),
        );
      }),
    );
    return places.map(({ partition, position }) => answered.get(`${partition}/${position.sequence}`)?.[position.index]);
  }
}

const check = (message: UsageEvent, nowMs: number): Checked => {
  try {
    return { event: fromApiUsageEvent(message, nowMs) };
  } catch (error) {
    if (isRefusal(error)) return { refusal: error };
    throw error;
  }
};
