import type { Amounts, Reservation, ReservationRequest, Seconds, WorkloadCaller, WorkloadRequest } from '../../domain/index.js';
import type { CallLimits } from '../calls.js';
import type { Instruction, Recorded } from './instruction.js';

/* What takes more than one aggregate: the edge asks for it by these. */

/** Purchases from their checks to their payment (capacity §6). */
export interface ReservationFlows {
  /** @throws Refusal with a code of capacity §6.1 */
  create(namespace: string, request: ReservationRequest, instruction: Instruction, limits: CallLimits): Promise<Recorded<Reservation>>;
  /** Pays from the prepaid ledger. @throws Refusal `RESERVATION_NOT_FOUND`, `FUNDS_INSUFFICIENT`, `PAYMENT_EXPIRED` */
  pay(namespace: string, reservationId: number, instruction: Instruction, limits: CallLimits): Promise<Recorded<Reservation>>;
}

/** Commands that concern more than one pool (capacity §15.9). */
export interface PoolFlows {
  /** Opens a pool and transfers workloads and capacity to it. */
  split(
    namespace: string,
    split: {
      readonly poolId: number;
      readonly workloadIds: readonly number[];
      readonly amounts: Amounts;
      readonly nodeIds: readonly string[];
    },
    instruction: Instruction,
    limits: CallLimits,
  ): Promise<Recorded<{ readonly newPoolId: number; readonly transferId: string }>>;
}

/** Room that was asked for. */
export interface AdmissionWanted {
  readonly request: WorkloadRequest;
  readonly caller: WorkloadCaller;
  readonly period: AdmissionPeriod;
  readonly holdSeconds: number;
}

/** How long a workload has to be carried (capacity §15.3). */
export type AdmissionPeriod = { readonly horizonSeconds: number } | { readonly runForSeconds: number };

/** Room that is held. */
export interface Admitted {
  readonly workloadId: number;
  readonly poolId: number;
  readonly rates: Amounts;
  readonly formulaVersion: number;
  /** Absent where it is a member already. */
  readonly until: Seconds | undefined;
  /** It was a member or held before: nothing has changed. */
  readonly isAlreadyMember: boolean;
  readonly ratesDiffer: boolean;
}

export interface MoveWanted {
  readonly workloadId: number;
  readonly from: number;
  readonly to: number;
  readonly nodeId: string | undefined;
}

/** Workloads whose customer has to be known, or that concern several pools (capacity §7, §10.3, §15.3). */
export interface WorkloadFlows {
  /** All or none, in the order asked. @throws Refusal with a code of capacity §7; of several with `item`, the place of the first that fails */
  admit(
    namespace: string,
    wanted: readonly AdmissionWanted[],
    instruction: Instruction,
    limits: CallLimits,
  ): Promise<Recorded<readonly Admitted[]>>;
  /** @throws Refusal as `admit`, `WORKLOAD_NOT_FOUND` */
  replace(
    namespace: string,
    replacedId: number,
    wanted: AdmissionWanted,
    instruction: Instruction,
    limits: CallLimits,
  ): Promise<Recorded<Admitted>>;
  /** @throws Refusal `WORKLOAD_NOT_FOUND`, `WORKLOAD_FORBIDDEN`, `CAPACITY_INSUFFICIENT` */
  move(
    namespace: string,
    move: MoveWanted,
    instruction: Instruction,
    limits: CallLimits,
  ): Promise<Recorded<{ readonly isChanged: boolean }>>;
}
