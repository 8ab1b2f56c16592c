import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { newRequestIdentity, type DrawdownClient } from '@drawdown/cli';
import {
  PoolCommandsServiceService,
  PoolPolicy,
  Workload as Size,
  WorkloadResult,
  WorkloadsServiceService,
} from '@drawdown/proto/capacity';
import { buy } from './buying.js';
import type { Cast, Customer } from './cast.js';
import type { PoolOutcome } from './expectation.js';
import type { PoolPlan } from './plans.js';
import type { Start, Step, Stop } from './steps.js';
import type { Unit } from './units.js';
import { watchEmptied, type Emptied } from './watching.js';
import type { Resources } from './workloads.js';

/** Behind the clock of the server by no more than this: what is said to have happened must not lie ahead of it. */
const CLOCK_MARGIN_MS = 250;
const MS_PER_SECOND = 1_000;

interface PoolTelling {
  readonly client: DrawdownClient;
  readonly cast: Cast;
  readonly plan: PoolPlan;
  /** When units will run empty. */
  readonly expected: PoolOutcome;
  readonly onEmptied: (teller: PoolTeller, emptied: Emptied) => void;
  readonly onPurchase: (teller: PoolTeller, at: number) => void;
}

/** Tells the service what happened to one pool, each step at its own second and after the one before was confirmed. */
export class PoolTeller {
  #poolId = 0;
  #position = '';
  #next = 0;
  readonly #emptyAt = new Map<Unit, number>();
  readonly #customer: Customer;

  constructor(private readonly telling: PoolTelling) {
    const customer = telling.cast.customers.get(telling.plan.customer);
    assert(customer !== undefined, 'every customer of a plan was introduced');
    this.#customer = customer;
  }

  get plan(): PoolPlan {
    return this.telling.plan;
  }

  /** 0 before the first purchase. */
  get poolId(): number {
    return this.#poolId;
  }

  /** What a reading has to know at least. */
  get position(): string {
    return this.#position;
  }

  /** Units that ran empty, as read, and in which second. */
  get emptyAt(): ReadonlyMap<Unit, number> {
    return this.#emptyAt;
  }

  /** Takes the steps before a second. What lies ahead of now is waited for. */
  async tellUntil(second: number, onStep: () => void = () => undefined): Promise<void> {
    for (let step = this.plan.steps[this.#next]; step !== undefined && step.at < second; step = this.plan.steps[this.#next]) {
      await this.#watchUntil(step.at);
      await reached(step.at);
      await this.#take(step);
      this.#next += 1;
      onStep();
    }
  }

  /** Does not go on before the service has said by itself what runs empty until then. */
  async #watchUntil(second: number): Promise<void> {
    const { client, plan, expected, onEmptied } = this.telling;
    for (const [unit, at] of expected.emptyAt) {
      if (at >= second || this.#emptyAt.has(unit)) continue;
      await reached(at);
      const emptied = await watchEmptied(client, this.#poolId, unit, plan.graceSeconds);
      this.#emptyAt.set(unit, emptied.at);
      onEmptied(this, emptied);
    }
  }

  async #take(step: Step): Promise<void> {
    const { client, cast, onPurchase } = this.telling;
    switch (step.kind) {
      case 'buy': {
        const isFirst = this.#poolId === 0;
        this.#poolId = await buy(client, cast, this.#customer, this.#poolId, step);
        if (isFirst) await this.#setRules(step.at);
        return onPurchase(this, step.at);
      }
      case 'start':
      case 'stop':
        return this.#report(step);
      case 'close': {
        const request = { ...newRequestIdentity(), at: step.at, poolId: this.#poolId, cause: 'the story is over' };
        this.#position = (await client.call(PoolCommandsServiceService.closePool, request)).position;
      }
    }
  }

  /** Nobody is warned: a warning has its instant too, and those of the past would come between what is told. */
  async #setRules(at: number): Promise<void> {
    const { client, plan } = this.telling;
    const { graceSeconds } = plan;
    const policy = PoolPolicy.fromPartial({ graceSeconds, suspends: graceSeconds > 0, thresholds: {} });
    await client.call(PoolCommandsServiceService.setPolicy, { ...newRequestIdentity(), at, poolId: this.#poolId, policy });
  }

  async #report({ kind, at, workload }: Start | Stop): Promise<void> {
    const { client, cast } = this.telling;
    const request = {
      ...newRequestIdentity(),
      at,
      poolId: this.#poolId,
      workloadId: workload.id,
      result: kind === 'start' ? WorkloadResult.OK : WorkloadResult.DELETED,
      nodeId: cast.nodeIds[workload.id % cast.nodeIds.length] ?? '',
      workload: kind === 'start' ? sizeOf(workload.resources) : undefined,
      priority: 0,
    };
    this.#position = (await client.call(WorkloadsServiceService.reportWorkload, request)).position;
  }
}

const sizeOf = ({ cores: cru, memoryGiB: mru, ssdGB: sru, publicAddresses: ipv4u }: Resources): Size =>
  Size.fromPartial({ kind: { $case: 'resources', value: { cru, mru, sru, hru: 0, ipv4u } } });

const reached = async (second: number): Promise<void> => {
  const waitMs = second * MS_PER_SECOND + CLOCK_MARGIN_MS - Date.now();
  if (waitMs > 0) await pause(waitMs);
};
