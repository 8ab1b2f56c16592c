import { isRefusal } from '@drawdown/errors';
import { owedByReservation, type Reservation } from '../../domain/index.js';
import type { Untimed, When } from '../aggregates/instructed.js';
import type { CommandOf, Kind } from '../aggregates/kinds.js';
import type { Answered, CallLimits, CapacityCalls, Given } from '../calls.js';

/** A pool that is there already is the one that the reservation opens: it bears its number. */
const POOL_IS_THERE = 'POOL_EXISTS';

/** A pool that never was takes no credit. */
const POOL_IS_NOT_THERE = 'POOL_NOT_FOUND';

/**
 * Opens and credits the pool of a reservation as far as it has come (capacity §6.6, §13.1): each step at once and as often as anybody likes,
 * since the pool knows what it has had. Whoever made the reservation takes these steps, and so does the owner of its partition, in case nobody
 * else gets to it.
 * @returns where it all can be seen
 * @throws Fault: it is to be tried again
 */
export const settleReservation = async (
  calls: CapacityCalls,
  reservation: Reservation,
  nowMs: number,
  limits: CallLimits,
): Promise<string> => {
  const { namespace, poolId, id } = reservation;
  const given = <K extends Kind>(commandId: string, when: When, command: Untimed<CommandOf<K>>): Given<K> =>
    // The id says everything about a command of ours, so its body needs no hash.
    ({ id: commandId, createdAtMs: nowMs, bodyHash: 'owed', when, command });
  const tell = (commandId: string, command: Untimed<CommandOf<'reservation'>>): Promise<Answered<'reservation'>> =>
    calls.execute('reservation', namespace, id, given(commandId, 'now', command), limits);
  /** The pool first: a copy of the credit that comes late must not be taken after its money has gone back. */
  const refuse = async (code: string): Promise<readonly string[]> => {
    const voiding = calls.execute(
      'pool',
      namespace,
      poolId,
      given(`void:${id}`, 'now', { type: 'void-credit', reservationId: id, code }),
      limits,
    );
    const voided = await voiding.catch((error: unknown) => {
      if (!isRefusal(error) || error.reason !== POOL_IS_NOT_THERE) throw error;
    });
    const told = await tell(`refuse:${id}`, { type: 'refuse-credit', code });
    return [voided?.position ?? '', told.position];
  };
  const positions: string[] = [];
  for (const owed of owedByReservation(reservation)) {
    if ('order' in owed) continue; // money has its own pace
    const { at, ...command } = owed.command;
    try {
      const { sequence, position } = await calls.execute('pool', namespace, poolId, given(owed.id, { atLeast: at }, command), limits);
      positions.push(position);
      if (owed.type === 'credit') positions.push((await tell(`settle:${id}`, { type: 'settle', poolSequence: sequence })).position);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (owed.type === 'credit') positions.push(...(await refuse(error.reason)));
      else if (owed.type === 'open' && error.reason !== POOL_IS_THERE) throw error;
    }
  }
  return calls.merged(...positions);
};
