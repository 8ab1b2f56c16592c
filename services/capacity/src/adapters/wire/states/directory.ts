import type { AgreedPrices, Farm, Funds, LedgerPayment, LedgerPayout, Node, NodeCapacity, Party, Payout } from '../../../domain/index.js';
import { bigInteger, perDimension } from '../amounts.js';
import { decimal, flag, integer, oneOf, optional, text } from '../codec.js';
import { list } from '../collections.js';
import { record } from '../record.js';

const funds = record<Funds>({ asset: text, amount: bigInteger });

const ledgerPayment = record<LedgerPayment>({
  reservationId: integer,
  asset: text,
  amount: bigInteger,
  expiresAt: integer,
  takenAt: integer,
  outcome: oneOf('open', 'kept', 'returned'),
});

const ledgerPayout = record<LedgerPayout>({ payoutId: text, amount: bigInteger });

/** A party with its ledger; its events carry it whole. */
export const partyState = record<Party>({
  namespace: text,
  tid: integer,
  publicKey: text,
  isTrustedChannel: flag,
  funds: list(funds),
  payments: list(ledgerPayment),
  payouts: list(ledgerPayout),
  lastAt: integer,
});

const nodeCapacity = record<NodeCapacity>({ cru: decimal, mru: decimal, sru: decimal, hru: decimal });

export const nodeState = record<Node>({
  namespace: text,
  nodeId: text,
  farmId: integer,
  isFreeToUse: flag,
  capacity: optional(nodeCapacity),
  isGone: flag,
  lastAt: integer,
});

const monthlyPrices = perDimension(decimal);

export const farmState = record<Farm>({
  namespace: text,
  farmId: integer,
  payouts: list(record<Payout>({ currency: text, address: text })),
  prices: optional(monthlyPrices),
  agreedPrices: list(record<AgreedPrices>({ tid: integer, prices: monthlyPrices })),
  lastAt: integer,
});
