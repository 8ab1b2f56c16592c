import type {
  Alerts,
  Borrowing,
  Closing,
  Credit,
  Decommission,
  Flows,
  Hold,
  Lending,
  Loan,
  Lot,
  Lots,
  OpenTopUp,
  RefundPayout,
  PendingTransfer,
  Pool,
  Run,
  PoolRefund,
  TopUps,
  Transfers,
} from '../../../domain/index.js';
import { amount, amounts, bigInteger, dimension, perDimension } from '../amounts.js';
import { flag, integer, oneOf, optional, text } from '../codec.js';
import { list, numberMap, textMap } from '../collections.js';
import { cargo, lotTerms } from '../lots.js';
import { policy } from '../policy.js';
import { record } from '../record.js';
import { schedule } from '../schedule.js';
import { member } from './member.js';

const hold = record<Hold>({ rates: amounts, formulaVersion: integer, nodeId: optional(text), until: integer });

const decommission = record<Decommission>({ dimension, graceUntil: integer });

const run = record<Run>({ rates: amounts, seconds: integer, since: optional(integer) });

const topUps = record<TopUps>({
  open: optional(record<OpenTopUp>({ topUpId: integer, amounts, until: integer })),
  lastId: integer,
  periodFrom: optional(integer),
  purchases: integer,
  notBefore: optional(integer),
});

const credit = record<Credit>({ at: integer, amounts });

const lot = record<Lot>({ ...lotTerms, at: integer, start: amounts, end: amounts });

const payout = record<RefundPayout>({ reservationId: optional(integer), asset: text, amount: bigInteger });

const lots = record<Lots>({
  byNumber: numberMap(integer, lot),
  lastNumber: integer,
  shift: amounts,
  expiresNext: optional(integer),
  refunds: textMap(record<PoolRefund>({ at: integer, amounts, payouts: list(payout), isPaid: flag })),
  unpaid: list(text),
});

const pendingTransfer = record<PendingTransfer>({
  transferId: text,
  peer: integer,
  owner: integer,
  purpose: oneOf('transfer', 'repayment'),
  isConsented: flag,
  refusal: optional(text),
  at: integer,
  ...cargo,
});

const transfers = record<Transfers>({
  byId: textMap(
    record({ direction: oneOf('in', 'out'), peer: integer, status: oneOf('pending', 'arrived', 'returned', 'voided'), at: integer }),
  ),
  pending: list(pendingTransfer),
  merging: optional(record({ mergeId: text, into: integer, isConsented: flag, count: integer })),
  departed: numberMap(integer, record({ peer: integer, transferId: text })),
});

const borrowing = record<Borrowing>({
  parent: integer,
  status: oneOf('joining', 'joined', 'leaving'),
  isConsented: flag,
  limit: amounts,
  granted: amounts,
  isCut: perDimension(flag),
  borrowed: amounts,
  repaid: amounts,
  level: integer,
  firstNews: integer,
  news: integer,
  told: integer,
  heard: integer,
});

const loan = record<Loan>({
  ordinal: integer,
  heard: integer,
  schedule,
  since: perDimension(optional(amount)),
  limit: amounts,
  granted: amounts,
  lent: amounts,
  repaid: amounts,
  promised: amounts,
  isCut: perDimension(flag),
  answer: integer,
  told: integer,
  answeredAt: integer,
});

const lending = record<Lending>({
  loans: numberMap(integer, loan),
  lastOrdinal: integer,
  left: numberMap(integer, record({ news: integer })),
});

/** A pool with all that its next decision rests on. */
export const poolState = record<Pool>({
  id: integer,
  namespace: text,
  owner: integer,
  sponsor: integer,
  nodeIds: list(text),
  balance: amounts,
  rates: amounts,
  asOf: integer,
  emptyAt: optional(amount),
  exhaustsAt: optional(amount),
  unfunded: amounts,
  isPaused: flag,
  policy,
  afterCredit: amounts,
  alerts: record<Alerts>({ belowSeconds: optional(integer), belowPercent: optional(integer) }),
  topUps,
  credited: amounts,
  members: numberMap(integer, member),
  holds: numberMap(integer, hold),
  heldRates: amounts,
  holdsEndAt: optional(amount),
  runs: numberMap(integer, run),
  pausedRates: amounts,
  decommissions: numberMap(integer, decommission),
  graceEndsAt: optional(amount),
  exhausted: list(dimension),
  unfundedBefore: amounts,
  capped: list(dimension),
  credits: numberMap(integer, credit),
  voidedCredits: numberMap(integer, record<{ readonly code: string }>({ code: text })),
  flows: record<Flows>({ transferredIn: amounts, transferredOut: amounts, refunded: amounts, forfeited: amounts }),
  lots,
  transfers,
  borrowing: optional(borrowing),
  lending: optional(lending),
  messages: integer,
  ownershipNonces: list(text),
  closing: optional(record<Closing>({ at: integer, cause: text })),
  lastAt: integer,
});
