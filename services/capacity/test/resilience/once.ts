import type { Prefix } from './log.js';

/** Numbers of the reservations that a pool was credited for, in the order of the log. */
export const creditedIn = (log: readonly Prefix[]): readonly number[] =>
  log.flatMap(({ decisions }) =>
    decisions.flatMap(({ events }) =>
      events.flatMap(event => (event.type === 'capacity-credited' && 'reservationId' in event.source ? [event.source.reservationId] : [])),
    ),
  );

/** No command is recorded twice in any log, and no reservation credits twice, be it one pool or two. */
export const requireOnce = (logs: ReadonlyMap<number, readonly Prefix[]>): void => {
  for (const log of logs.values()) {
    const ids = log.flatMap(({ decisions }) => decisions.map(({ commandId }) => commandId));
    expect(new Set(ids).size).toBe(ids.length);
  }
  const credits = [...logs.values()].flatMap(creditedIn);
  expect(new Set(credits).size).toBe(credits.length);
};
