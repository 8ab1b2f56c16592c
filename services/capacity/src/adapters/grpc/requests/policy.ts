import { IsOptionalMessage } from '@drawdown/grpc';
import { AmountsBody, IsAmounts, IsOptionalAmounts } from './parts.js';

class AutoTopUpBody {
  @IsAmounts() readonly amounts!: AmountsBody;
  @IsOptionalAmounts() readonly balanceMax: AmountsBody | undefined;
}

/** What is out of bounds the domain refuses, with the rule that it breaks (`INVALID_POLICY`). */
export class PolicyBody {
  @IsOptionalAmounts() readonly unfundedCaps: AmountsBody | undefined;
  @IsOptionalAmounts() readonly lendingLimit: AmountsBody | undefined;
  @IsOptionalMessage(() => AutoTopUpBody) readonly autoTopUp: AutoTopUpBody | undefined;
}
