import type {
  Farm as FarmMessage,
  Funds as FundsMessage,
  MonthlyPrices as PricesMessage,
  Node as NodeMessage,
  Party as PartyMessage,
} from '@drawdown/proto/capacity';
import type { Farm, FarmContent, Funds, MonthlyPrices, Node, NodeContent, Party, PartyIdentity } from '../../../domain/index.js';
import { required } from './refuse.js';

export const fromApiParty = ({ publicKey, trustedChannel }: PartyMessage): PartyIdentity => ({
  publicKey,
  isTrustedChannel: trustedChannel,
});

export const toApiParty = ({ tid, publicKey, isTrustedChannel }: Party): PartyMessage => ({
  tid,
  publicKey,
  trustedChannel: isTrustedChannel,
});

export const toApiFunds = ({ asset, amount }: Funds): FundsMessage => ({ asset, amount: String(amount) });

export const fromApiNode = ({ farmId, freeToUse, capacity }: NodeMessage): NodeContent => ({ farmId, isFreeToUse: freeToUse, capacity });

export const toApiNode = ({ nodeId, farmId, isFreeToUse, capacity }: Node): NodeMessage => ({
  nodeId,
  farmId,
  freeToUse: isFreeToUse,
  capacity: capacity === undefined ? undefined : { ...capacity },
});

const fromApiPrices = ({ cu, su, ipv4u }: PricesMessage): MonthlyPrices => [cu, su, ipv4u];

const toApiPrices = ([cu, su, ipv4u]: MonthlyPrices): PricesMessage => ({ cu, su, ipv4u });

export const fromApiFarm = ({ payouts, prices, agreedPrices }: FarmMessage): FarmContent => ({
  payouts,
  prices: prices === undefined ? undefined : fromApiPrices(prices),
  agreedPrices: agreedPrices.map(({ tid, prices: agreed }) => ({ tid, prices: fromApiPrices(required(agreed, 'agreed_prices.prices')) })),
});

export const toApiFarm = ({ farmId, payouts, prices, agreedPrices }: Farm): FarmMessage => ({
  farmId,
  payouts: payouts.map(payout => ({ ...payout })),
  prices: prices === undefined ? undefined : toApiPrices(prices),
  agreedPrices: agreedPrices.map(({ tid, prices: agreed }) => ({ tid, prices: toApiPrices(agreed) })),
});
