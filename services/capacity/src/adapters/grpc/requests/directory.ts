import { IsKey, IsMessage, IsMessages, IsOptionalMessage, IsText } from '@drawdown/grpc';
import { HEX_BYTES_MAX } from '../limits.js';
import { AnyBody, CommandBody, IsNumberedId, PageBody, ReadBody } from './parts.js';

const PAYOUTS_MAX = 32;
const AGREED_PRICES_MAX = 1_000;
const CURRENCY_BYTES_MAX = 32;
const ASSET_BYTES_MAX = 128;
const ADDRESS_BYTES_MAX = 128;

class PartyBody {
  @IsNumberedId() readonly tid!: number;
  @IsText(HEX_BYTES_MAX) readonly publicKey!: string;
}

export class WritePartyBody extends CommandBody {
  @IsMessage(() => PartyBody) readonly party!: PartyBody;
}

export class GetPartyBody extends ReadBody {
  @IsNumberedId() readonly tid!: number;
}

class FundsBody {
  @IsText(ASSET_BYTES_MAX, 1) readonly asset!: string;
}

export class DepositFundsBody extends CommandBody {
  @IsNumberedId() readonly tid!: number;
  @IsMessage(() => FundsBody) readonly funds!: FundsBody;
}

class NodeBody {
  @IsKey() readonly nodeId!: string;
  @IsNumberedId() readonly farmId!: number;
  @IsOptionalMessage(() => AnyBody) readonly capacity: object | undefined;
}

export class WriteNodeBody extends CommandBody {
  @IsMessage(() => NodeBody) readonly node!: NodeBody;
}

export class UnregisterNodeBody extends CommandBody {
  @IsKey() readonly nodeId!: string;
}

export class GetNodeBody extends ReadBody {
  @IsKey() readonly nodeId!: string;
}

export class ListNodesBody extends PageBody {
  @IsNumberedId() readonly farmId!: number;
}

class PayoutBody {
  @IsText(CURRENCY_BYTES_MAX, 1) readonly currency!: string;
  @IsText(ADDRESS_BYTES_MAX, 1) readonly address!: string;
}

class AgreedPricesBody {
  @IsNumberedId() readonly tid!: number;
  @IsMessage(() => AnyBody) readonly prices!: object;
}

class FarmBody {
  @IsNumberedId() readonly farmId!: number;
  @IsMessages(() => PayoutBody, 0, PAYOUTS_MAX) readonly payouts!: readonly PayoutBody[];
  @IsOptionalMessage(() => AnyBody) readonly prices: object | undefined;
  @IsMessages(() => AgreedPricesBody, 0, AGREED_PRICES_MAX) readonly agreedPrices!: readonly AgreedPricesBody[];
}

export class WriteFarmBody extends CommandBody {
  @IsMessage(() => FarmBody) readonly farm!: FarmBody;
}

export class GetFarmBody extends ReadBody {
  @IsNumberedId() readonly farmId!: number;
}

export class ListBody extends PageBody {}
