import { owedByPool, owedByReservation } from '../../domain/index.js';
import type { Address } from '../aggregates/aggregates.js';
import type { Kind, StateOf } from '../aggregates/kinds.js';
import type { CapacityCalls } from '../calls.js';
import type { CapacityOwner } from '../partition/capacity-owner.js';
import type { CapacityQueries } from '../queries/ports.js';
import { takeNodeOut } from './owed-by-node.js';
import { settlePool } from './owed-by-pool.js';
import { settleReservation } from './owed-by-reservation.js';
import { settlePayouts } from './payouts.js';
import type { TopUps } from './top-ups.js';

/** A command of ours waits for the owner of another partition no longer than this; then it is sent again. */
const ANSWER_MS_MAX = 10_000;

const LIMITS = { remainingMs: () => ANSWER_MS_MAX };

/**
 * Does what aggregates owe each other as they stand now (capacity §13.1). Nothing is remembered: after a crash the same is owed again, and the
 * aggregate that a command goes to knows whether it has had it.
 */
export class Consequences {
  constructor(
    private readonly calls: () => CapacityCalls,
    /** Ids of the pools that name a node. */
    private readonly poolsOnNode: CapacityQueries['poolsOnNode'],
    private readonly nowMs: () => number,
    private readonly topUps: TopUps,
  ) {}

  /** Resolves when everything that these owe is done. @throws Fault: it is to be tried again */
  async settle(owner: CapacityOwner, touched: ReadonlyMap<string, Address<Kind>>): Promise<void> {
    const settling: Promise<unknown>[] = [];
    for (const address of touched.values()) {
      if (address.kind === 'pool') this.#settlePool(owner.peek(address as Address<'pool'>), settling);
      if (address.kind === 'node') this.#settleNode(owner.peek(address as Address<'node'>), settling);
      if (address.kind === 'reservation') this.#settleReservation(owner.peek(address as Address<'reservation'>), settling);
    }
    await Promise.all(settling);
  }

  #settlePool(pool: StateOf<'pool'>, settling: Promise<unknown>[]): void {
    if (pool === undefined) return;
    if (owedByPool(pool).length > 0) settling.push(settlePool(this.calls(), pool, this.nowMs(), LIMITS));
    if (pool.lots.unpaid.length > 0) settling.push(settlePayouts(this.calls(), pool, this.nowMs(), LIMITS));
    if (pool.topUps.open !== undefined) settling.push(this.topUps.order(pool, LIMITS));
  }

  #settleReservation(reservation: StateOf<'reservation'>, settling: Promise<unknown>[]): void {
    if (reservation !== undefined && owedByReservation(reservation).length > 0) {
      settling.push(settleReservation(this.calls(), reservation, this.nowMs(), LIMITS));
    }
  }

  #settleNode(node: StateOf<'node'>, settling: Promise<unknown>[]): void {
    if (node?.isGone === true) settling.push(takeNodeOut(this.calls(), this.poolsOnNode, node, this.nowMs(), LIMITS));
  }
}
