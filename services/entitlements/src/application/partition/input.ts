import type { EventLog, StoredMessage, Subjects } from '@drawdown/eventlog';
import type { CustomerEvent } from '../../domain/index.js';
import { decodeLedgerMessage, type LedgerMessage } from '../ledger/ledger-message.js';
import { decodeUsageMessage, type Rejection, type UsageMessage } from '../usage/usage-message.js';

/** A message of either stream that a partition is folded from. */
export type Input = { readonly kind: 'usage'; readonly usage: UsageMessage } | { readonly kind: 'ledger'; readonly ledger: LedgerMessage };

/** `rejections` are events of an envelope that are wrong in their own bytes; the others count. */
export type DecodedInput =
  | { readonly ok: true; readonly value: Input; readonly rejections: readonly Rejection[] }
  | { readonly ok: false; readonly reason: string; readonly detail: string };

/** Pure: the same bytes give the same answer on every replica and in every rebuild (design §4.10). */
export const decodeInput = (subjects: Subjects, log: EventLog<CustomerEvent>, message: StoredMessage): DecodedInput => {
  if (message.stream === 'usage') {
    const decoded = decodeUsageMessage(subjects, message);
    return decoded.ok
      ? { ok: true, value: { kind: 'usage', usage: decoded.value }, rejections: decoded.value.rejections.map(placed) }
      : decoded;
  }
  const decoded = decodeLedgerMessage(subjects, log, message);
  return decoded.ok ? { ok: true, value: { kind: 'ledger', ledger: decoded.value }, rejections: [] } : decoded;
};

const placed = ({ index, reason, detail }: Rejection): Rejection => ({ index, reason, detail: `event ${index}: ${detail}` });
