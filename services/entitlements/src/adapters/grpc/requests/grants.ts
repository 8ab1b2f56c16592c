import {
  IsEnumValue,
  IsId,
  IsIntegerBetween,
  IsKey,
  IsKeys,
  IsLabels,
  IsMessage,
  IsMinPosition,
  IsOneOf,
  IsOptionalField,
  IsOptionalInstant,
  IsOptionalMessage,
  IsOptionalQuantity,
  IsSignedQuantity,
} from '@drawdown/grpc';
import { type Expiration, ExpirationUnit, type Timestamp } from '@drawdown/proto';
import { LIST_FILTER_VALUES_MAX } from '../limits.js';
import { CommandBody, EntitlementBody, PageBody, RecurrenceBody } from './parts.js';

const PRIORITY_MAX = 255;

class ExpirationBody {
  @IsIntegerBetween(1, 1_000) readonly count!: number;
  @IsEnumValue(ExpirationUnit) readonly unit!: Expiration['unit'];
}

class NewGrantBody extends EntitlementBody {
  @IsSignedQuantity() readonly amount!: string;
  @IsOptionalField() @IsIntegerBetween(0, PRIORITY_MAX) readonly priority: number | undefined;
  @IsOptionalInstant() readonly effectiveAt: Timestamp | undefined;
  @IsOptionalMessage(() => ExpirationBody) readonly expiration: ExpirationBody | undefined;
  @IsOptionalQuantity() readonly resetMaxRollover!: string;
  @IsOptionalQuantity() readonly resetMinRollover!: string;
  @IsOptionalMessage(() => RecurrenceBody) readonly recurrence: RecurrenceBody | undefined;
  @IsLabels() readonly metadata!: Readonly<Record<string, string>>;
}

export class CreateGrantBody extends CommandBody {
  @IsMessage(() => NewGrantBody) readonly grant!: NewGrantBody;
}

export class VoidGrantBody extends CommandBody {
  @IsKey() readonly customer!: string;
  @IsId() readonly grantId!: string;
  @IsOptionalInstant() readonly at: Timestamp | undefined;
}

export class GetGrantBody {
  @IsKey() readonly customer!: string;
  @IsId() readonly grantId!: string;
  @IsMinPosition() readonly minPosition!: string;
}

/** Fields that lists of grants may be ordered by, ascending or with ` desc` (entitlements §10.3). */
export const GRANT_ORDERS = ['id', 'create_time', 'update_time', 'expires_at', 'effective_at', 'entitlement_id'] as const;

export class ListGrantsBody extends PageBody {
  @IsKeys(LIST_FILTER_VALUES_MAX) readonly customers!: readonly string[];
  @IsKeys(LIST_FILTER_VALUES_MAX) readonly entitlementIds!: readonly string[];
  @IsKeys(LIST_FILTER_VALUES_MAX) readonly featureKeys!: readonly string[];
  @IsOneOf(['', ...GRANT_ORDERS.flatMap(field => [field, `${field} asc`, `${field} desc`])]) readonly orderBy!: string;
}
