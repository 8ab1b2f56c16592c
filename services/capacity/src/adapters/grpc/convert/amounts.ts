import { Dimension as DimensionMessage, type Amounts as AmountsMessage, type UnitSeconds } from '@drawdown/proto/capacity';
import {
  exact,
  formatMilli,
  NEVER_SECONDS,
  NOTHING,
  type Amounts,
  type Dimension,
  type Exact,
  type Horizon,
} from '../../../domain/index.js';

/** Amounts and rates have one form on the wire; absent is nothing. */
export const fromApiAmounts = (message: AmountsMessage | undefined): Amounts =>
  message === undefined ? NOTHING : [fromApiExact(message.cu), fromApiExact(message.su), fromApiExact(message.ipv4u)];

export const toApiAmounts = ([cu, su, ipv4u]: Amounts): AmountsMessage => ({ cu: String(cu), su: String(su), ipv4u: String(ipv4u) });

export const toApiUnitSeconds = ([cus, sus, ipv4us]: Amounts): UnitSeconds => ({
  cus: formatMilli(cus),
  sus: formatMilli(sus),
  ipv4us: formatMilli(ipv4us),
});

export const fromApiExact = (text: string): Exact => exact(BigInt(text));

const NEVER = String(NEVER_SECONDS);

/** On the wire nothing can be absent (capacity §4). */
export const toApiHorizon = (horizon: Horizon): string => (horizon === undefined ? NEVER : String(horizon));

const DIMENSION_MESSAGES: Readonly<Record<Dimension, DimensionMessage>> = {
  cu: DimensionMessage.CU,
  su: DimensionMessage.SU,
  ipv4u: DimensionMessage.IPV4U,
};

export const toApiDimension = (dimension: Dimension | undefined): DimensionMessage =>
  dimension === undefined ? DimensionMessage.UNSPECIFIED : DIMENSION_MESSAGES[dimension];
