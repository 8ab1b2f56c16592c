export { exact, plus, type Exact } from './amount/exact.js';
export { saturated, type Horizon, type Seconds } from './amount/instant.js';
export { BALANCE_MILLIUNIT_SECONDS_MAX, MILLI, NEVER_SECONDS } from './amount/limits.js';
export {
  DIMENSIONS,
  eachDimension,
  equalEach,
  minusEach,
  NOTHING,
  of,
  type Amounts,
  type Dimension,
  type PerDimension,
} from './amount/per-dimension.js';
export { formatMilli, isDecimalText, parseMilli } from './amount/text.js';
export { NumberMap } from './collection/number-map.js';
export { TextMap } from './collection/text-map.js';
export { ADMISSION_HORIZON_SECONDS, HOLD_SECONDS, WORKLOADS_PER_BATCH_MAX } from './pool/admission/admission.js';
export { fits, type Fit } from './pool/admission/fits.js';
export { explainPool, type Contribution, type DimensionExplanation, type Explanation } from './explain/explain.js';
export { forecast, type BalancePoint, type Forecast, type PlannedChange } from './forecast/forecast.js';
export { usageByTag, withUsageOf, type Usage } from './history/usage.js';
export { segmentOf, type Segment } from './history/segment.js';
export { emptyDimensionOf, POOL_STATUSES, statusOf, type PoolStatus } from './history/standing.js';
export { changedStays, STAY_STATES, stayOf, type Stay, type StayState } from './history/stay.js';
export { touchedMembers } from './history/touched.js';
export { migrate, type Migration, type OldWorkload } from './migration/migrate.js';
export { planMove, type Move, type MoveStep } from './migration/move.js';
export { planSplit, type Split } from './migration/split.js';
export type { Closing } from './pool/closing/state.js';
export type { PoolCommand } from './pool/commands.js';
export type { HeldWorkload, WorkloadRates } from './pool/member/commands.js';
export { decidePool, executePool, type Decision } from './pool/decide.js';
export type { AlertMeasure } from './pool/alert/events.js';
export type { Alerts } from './pool/alert/state.js';
export type { OpenTopUp, TopUps } from './pool/topup/state.js';
export { shareBelowAt } from './pool/alert/share.js';
export { DEFAULT_POLICY, POLICY_LIMITS, type AlertThresholds, type Policy, type TopUpPolicy } from './pool/policy/policy.js';
export { membership } from './pool/member/decide.js';
export type { Flows } from './pool/flows.js';
export type { Borrowing, Lending, Loan, Schedule, Step } from './pool/loan/state.js';
export { payoutsOwedBy, refundable, type PayoutDue } from './pool/lot/decide.js';
export type { Bought, Lot, LotTerms, Lots, PoolRefund, RefundPayout } from './pool/lot/state.js';
export { nextDue } from './pool/due/due.js';
export type { PoolEvent } from './pool/events.js';
export { evolvePool, NO_POOL } from './pool/evolve.js';
export { decideInstant, type InstantRequest } from './pool/instant.js';
export { compareWithinSecond, orderCommands, type HeldCommand } from './pool/order.js';
export { owedByPool, type PoolOwed } from './pool/owed.js';
export { ownershipText, readOwnershipText, type OwnershipAgreement } from './pool/ownership/text.js';
export { transferable } from './pool/transfer/runway.js';
export { WORKLOADS_PER_TRANSFER_MAX } from './pool/transfer/leave.js';
export type { Cargo, LotPart, MovedMember, PendingTransfer, TransferRecord, Transfers } from './pool/transfer/state.js';
export { isAllowed, isStarved, membersToStop, settledAt } from './pool/read.js';
export type { Credit, Decommission, Hold, Member, Pool, Run } from './pool/state.js';
export { LIST_PRICES, priceOf, unitSecondPrice, type Network } from './price/price.js';
export { expiredBy, nextAfter, type Depletion } from './queue/order.js';
export {
  decideFarm,
  evolveFarm,
  FARM_LIMITS,
  NO_FARM,
  type AgreedPrices,
  type Farm,
  type FarmCommand,
  type FarmContent,
  type FarmEvent,
  type MonthlyPrices,
  type Payout,
} from './farm/farm.js';
export {
  decideNode,
  evolveNode,
  NO_NODE,
  type Node,
  type NodeCapacity,
  type NodeCommand,
  type NodeContent,
  type NodeEvent,
} from './node/node.js';
export type { LedgerCommand, PartyCommand, PartyIdentity } from './party/commands.js';
export { decideParty, evolveParty } from './party/decide.js';
export type { PartyEvent } from './party/events.js';
export { FUNDS_MAX, fundsOf, LEDGER_ASSETS_MAX } from './party/funds.js';
export { LEDGER_PAYMENTS_MAX } from './party/ledger.js';
export { NO_PARTY, type Funds, type LedgerPayment, type LedgerPayout, type Party } from './party/state.js';
export { decideCounter, evolveCounter, NEW_COUNTER, type Counter, type NumberTaken, type TakeNumber } from './reservation/counter.js';
export { checkReservation } from './reservation/checks.js';
export type { ReservationCommand } from './reservation/commands.js';
export { decideReservation } from './reservation/decide.js';
export type { ReservationEvent } from './reservation/events.js';
export { evolveReservation } from './reservation/evolve.js';
export type { FarmFacts, NodeFacts, PaymentTerms, ReservationFacts, ReservationRequest, Signer, TargetPool } from './reservation/facts.js';
export { decideNonce, evolveNonce, requestHash, type NonceTaken, type TakenNonce, type TakeNonce } from './reservation/nonce.js';
export {
  creditOf,
  openingOf,
  owedByReservation,
  paidInstant,
  reservationDueAt,
  topUpEndOf,
  type ConclusionOrder,
  type Identified,
  type Owed,
  type PaymentOrder,
  type RefundOrder,
} from './reservation/owed.js';
export { paymentRecordOf, type PaymentRecord } from './reservation/payment-record.js';
export { PAYMENT_WINDOW_SECONDS, type PaymentDue, type TimedPayment } from './reservation/payment.js';
export { keptOf, NO_RESERVATION, type Refund, type Reservation, type ReservationStatus } from './reservation/state.js';
export { requireTopUp, requireUniqueNodes } from './reservation/target.js';
export {
  decideSetAside,
  evolveSetAside,
  NOTHING_SET_ASIDE,
  type SetAside,
  type SetAsideCommand,
  type SetAsideEvent,
} from './set-aside/set-aside.js';
export { signatureFault, type SignatureFault } from './signature/ed25519.js';
export { purchaseText, readPurchaseMessage, type Binding, type Purchase, type PurchaseMessage } from './signature/purchase-message.js';
export { FORMULA_VERSION, workloadRates } from './units/rates.js';
export { FREE_TYPES, type DiskType, type Workload } from './units/workload.js';
export { approvalFault, workloadDigest, type Approval, type ApprovalSignature } from './workload-request/approval.js';
export { checkWorkloadRequest, type AcceptedWorkload, type WorkloadCaller, type WorkloadFacts } from './workload-request/check.js';
export type { Connection, Mount, Peer, WorkloadContent } from './workload-request/content.js';
export { outcomeOf, type ReportOutcome, type WorkloadReport } from './workload-request/report.js';
export type { WorkloadRequest } from './workload-request/request.js';
export { workloadText } from './workload-request/text.js';
export { reservedAt, type Reserved } from './pool/admission/reserved.js';
