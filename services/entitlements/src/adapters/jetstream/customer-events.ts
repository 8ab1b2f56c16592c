import { formatInstant, parseInstant } from '@drawdown/calendar';
import { eventRegistry, type Json } from '@drawdown/eventlog';
import { formatQuantity, parseQuantity } from '@drawdown/quantity';
import type { CustomerEvent } from '../../domain/index.js';
import {
  entitlementFromJson,
  entitlementToJson,
  grantFromJson,
  grantToJson,
  resetFromJson,
  resetToJson,
  type EntitlementJson,
  type GrantJson,
  type ResetJson,
} from '../wire/ledger-json.js';

interface CorrectionJson {
  readonly entitlementId: string;
  readonly from: string;
  readonly before: string;
  readonly after: string;
  readonly usageSequence: number;
}

/**
 * The facts of a customer, as they stand on `drawdown.entitlements.<NN>.<namespace>.<customer>` (design §4.1, §4.12). The types are
 * `drawdown.entitlements.customer.<event>.v<n>`; `docs/event-types.md` shows each.
 */
export const customerEvents = eventRegistry<CustomerEvent>('drawdown.entitlements.customer', {
  'entitlement-created': {
    version: 1,
    serialize: ({ entitlement }) => json(entitlementToJson(entitlement)),
    parse: data => ({ type: 'entitlement-created', entitlement: entitlementFromJson(as<EntitlementJson>(data)) }),
  },
  'grant-created': {
    version: 1,
    serialize: ({ entitlementId, grant }) => json({ entitlementId, grant: grantToJson(grant) }),
    parse: data => {
      const { entitlementId, grant } = as<{ entitlementId: string; grant: GrantJson }>(data);
      return { type: 'grant-created', entitlementId, grant: grantFromJson(grant) };
    },
  },
  'grant-voided': {
    version: 1,
    serialize: ({ entitlementId, grantId, at }) => json({ entitlementId, grantId, at: formatInstant(at) }),
    parse: data => {
      const { entitlementId, grantId, at } = as<{ entitlementId: string; grantId: string; at: string }>(data);
      return { type: 'grant-voided', entitlementId, grantId, at: parseInstant(at) };
    },
  },
  'usage-reset': {
    version: 1,
    serialize: ({ entitlementId, reset }) => json({ entitlementId, reset: resetToJson(reset) }),
    parse: data => {
      const { entitlementId, reset } = as<{ entitlementId: string; reset: ResetJson }>(data);
      return { type: 'usage-reset', entitlementId, reset: resetFromJson(reset) };
    },
  },
  'balance-corrected': {
    version: 1,
    serialize: ({ entitlementId, from, before, after, usageSequence }) =>
      json({ entitlementId, from: formatInstant(from), before: formatQuantity(before), after: formatQuantity(after), usageSequence }),
    parse: data => {
      const { entitlementId, from, before, after, usageSequence } = as<CorrectionJson>(data);
      return {
        type: 'balance-corrected',
        entitlementId,
        from: parseInstant(from),
        before: parseQuantity(before),
        after: parseQuantity(after),
        usageSequence,
      };
    },
  },
});

/** Our own shapes hold nothing but JSON; the type system cannot see that of an interface. */
const json = (value: object): Json => value as unknown as Json;

/** What this registry wrote at this version; whatever is not of that shape fails in the parsers of its parts. */
const as = <T>(data: Json): T => data as T;
