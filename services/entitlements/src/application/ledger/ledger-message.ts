import { isRefusal } from '@drawdown/errors';
import type { EventLog, RecordedMessage, StoredMessage, Subjects } from '@drawdown/eventlog';
import type { CustomerEvent } from '../../domain/index.js';
import type { CustomerKey } from '../accounts/account.js';

/** A message of a customer's aggregate, and whose it is. */
export interface LedgerMessage {
  readonly key: CustomerKey;
  readonly recorded: RecordedMessage<CustomerEvent>;
}

export type DecodedLedger =
  { readonly ok: true; readonly value: LedgerMessage } | { readonly ok: false; readonly reason: string; readonly detail: string };

/** Holds the customer's key, percent-encoded: the subject may have nothing but its hash (design §4). */
const CUSTOMER_HEADER = 'Customer-Key';

export const ledgerHeaders = ({ customer }: CustomerKey): Readonly<Record<string, string>> => ({
  [CUSTOMER_HEADER]: encodeURIComponent(customer),
});

/** Pure; only messages that this service never wrote are not readable. */
export const decodeLedgerMessage = (subjects: Subjects, log: EventLog<CustomerEvent>, message: StoredMessage): DecodedLedger => {
  const [namespace] = subjects.parse(message.subject)?.values ?? [];
  const encoded = message.headers.get(CUSTOMER_HEADER);
  if (namespace === undefined || encoded === undefined || encoded === '') {
    return { ok: false, reason: 'EVENT_MALFORMED', detail: `${message.subject} does not say whose it is` };
  }
  try {
    return { ok: true, value: { key: { namespace, customer: decodeURIComponent(encoded) }, recorded: log.decode(message) } };
  } catch (error) {
    if (isRefusal(error)) return { ok: false, reason: error.reason, detail: error.message };
    throw error;
  }
};
