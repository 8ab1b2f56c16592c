import type { Admission, AdmitWorkloadRequest, SignedWorkload } from '@drawdown/proto/capacity';
import type { Caller } from '@drawdown/grpc';
import { ADMISSION_HORIZON_SECONDS, type WorkloadCaller } from '../../../domain/index.js';
import { hasRight, partyOf } from '../authorization/rights.js';
import { PERIOD_SECONDS_MAX } from '../limits.js';
import type { AdmissionPeriod, AdmissionWanted, Admitted } from '../../../application/flows/ports.js';
import { toApiAmounts } from './amounts.js';
import { wrongField } from './refuse.js';
import { fromApiSignedWorkload } from './workloads.js';

/** How long room is held where nobody says (capacity §15.3). */
const HOLD_SECONDS_DEFAULT = 900;

const within = (seconds: number, min: number, field: string): number => {
  if (seconds >= min && seconds <= PERIOD_SECONDS_MAX) return seconds;
  throw wrongField(field, `must be an integer from ${min} to ${PERIOD_SECONDS_MAX}`);
};

/** @throws Refusal `VALIDATION` */
const periodOf = (period: AdmitWorkloadRequest['period']): AdmissionPeriod => {
  if (period === undefined) return { horizonSeconds: ADMISSION_HORIZON_SECONDS };
  return period.$case === 'horizonSeconds'
    ? { horizonSeconds: within(period.value, 0, 'horizon_seconds') }
    : { runForSeconds: within(period.value, 1, 'run_for_seconds') };
};

/** The party asks for its own workloads; whoever deploys asks for everybody's (capacity §7). */
const workloadCallerOf = (caller: Caller): WorkloadCaller => ({ tid: partyOf(caller), actsForAll: hasRight(caller, 'deploy') });

/** @throws Refusal `VALIDATION` */
export const fromApiAdmission = (
  { period, holdTtlSeconds }: Pick<AdmitWorkloadRequest, 'period' | 'holdTtlSeconds'>,
  workload: SignedWorkload,
  field: string,
  caller: Caller,
): AdmissionWanted => ({
  request: fromApiSignedWorkload(workload, field),
  caller: workloadCallerOf(caller),
  period: periodOf(period),
  holdSeconds: holdTtlSeconds === 0 ? HOLD_SECONDS_DEFAULT : holdTtlSeconds,
});

export const toApiAdmission = (admitted: Admitted): Admission => ({
  workloadId: admitted.workloadId,
  poolId: admitted.poolId,
  rates: toApiAmounts(admitted.rates),
  formulaVersion: admitted.formulaVersion,
  until: admitted.until ?? 0,
  alreadyMember: admitted.isAlreadyMember,
  ratesDiffer: admitted.ratesDiffer,
});
