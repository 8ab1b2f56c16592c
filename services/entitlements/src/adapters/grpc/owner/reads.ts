import { Refusal } from '@drawdown/errors';
import {
  CheckAccessRequest,
  CheckAccessResponse,
  GetBalanceHistoryRequest,
  GetBalanceHistoryResponse,
  GetBalanceRequest,
  GetBalanceResponse,
  GetEntitlementRequest,
  GetEntitlementResponse,
  GetGrantRequest,
  GetGrantResponse,
} from '@drawdown/proto';
import { accessTo } from '../../../application/answers/access.js';
import { balanceOf, historyOf } from '../../../application/answers/balance.js';
import { entitlementIn, type View } from '../../../application/answers/view.js';
import { toApiAccess, toApiBalance, toApiFreshness, toApiSegment } from '../convert/balances.js';
import { toApiEntitlement } from '../convert/entitlements.js';
import { toApiGrant } from '../convert/grants.js';
import { fromApiTimestampIfSet } from '../convert/instants.js';
import { pageOf } from '../paging.js';
import type { ReadRoute } from './route.js';

const aboutCustomer = {
  kind: 'read',
  customerOf: (request: { readonly customer: string }) => request.customer,
  minPositionOf: (request: { readonly minPosition: string }) => request.minPosition,
} as const;

export const getBalance: ReadRoute<GetBalanceRequest, GetBalanceResponse> = {
  ...aboutCustomer,
  name: 'GetBalance',
  request: GetBalanceRequest,
  response: GetBalanceResponse,
  answer: (view, request) => {
    const answer = balanceOf(view, request, fromApiTimestampIfSet(request.at));
    return { balance: toApiBalance(answer), freshness: toApiFreshness(view, answer.reading.at) };
  },
};

export const getBalanceHistory: ReadRoute<GetBalanceHistoryRequest, GetBalanceHistoryResponse> = {
  ...aboutCustomer,
  name: 'GetBalanceHistory',
  request: GetBalanceHistoryRequest,
  response: GetBalanceHistoryResponse,
  answer: (view, request) => {
    const { segments } = historyOf(view, request, {
      from: fromApiTimestampIfSet(request.startTime),
      to: fromApiTimestampIfSet(request.endTime),
    });
    const page = pageOf(segments, request);
    return {
      segments: page.items.map(toApiSegment),
      nextPageToken: page.nextPageToken,
      totalSize: segments.length,
      freshness: toApiFreshness(view),
    };
  },
};

export const getEntitlement: ReadRoute<GetEntitlementRequest, GetEntitlementResponse> = {
  ...aboutCustomer,
  name: 'GetEntitlement',
  request: GetEntitlementRequest,
  response: GetEntitlementResponse,
  answer: (view, request) => ({
    entitlement: toApiEntitlement(request.customer, entitlementIn({ ...view, isReady: () => true }, request), view.nowMs),
    freshness: toApiFreshness(view),
  }),
};

export const getGrant: ReadRoute<GetGrantRequest, GetGrantResponse> = {
  ...aboutCustomer,
  name: 'GetGrant',
  request: GetGrantRequest,
  response: GetGrantResponse,
  answer: (view, { customer, grantId }) => ({ grant: grantOf(view, customer, grantId), freshness: toApiFreshness(view) }),
};

const grantOf = ({ account, nowMs }: View, customer: string, grantId: string): GetGrantResponse['grant'] => {
  for (const { id, featureKey, grants } of account.customer.entitlements) {
    const grant = grants.find(candidate => candidate.id === grantId);
    if (grant !== undefined) return toApiGrant({ customer, entitlementId: id, featureKey }, grant, nowMs);
  }
  throw new Refusal('NOT_FOUND', `there is no grant ${grantId}`, { kind: 'grant', id: grantId });
};

export const checkAccess: ReadRoute<CheckAccessRequest, CheckAccessResponse> = {
  ...aboutCustomer,
  name: 'CheckAccess',
  request: CheckAccessRequest,
  response: CheckAccessResponse,
  answer: (view, request) => ({ access: toApiAccess(accessTo(view, request.featureKey)), freshness: toApiFreshness(view) }),
};
