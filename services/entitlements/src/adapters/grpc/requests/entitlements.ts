import {
  AtMostOneOf,
  IsEnumValue,
  IsInstant,
  IsIntegerBetween,
  IsKey,
  IsKeys,
  IsLabels,
  IsMessage,
  IsMinPosition,
  IsOptionalField,
  IsOptionalInstant,
  IsRequestId,
  IsSignedQuantity,
} from '@drawdown/grpc';
import { EntitlementType, LatePolicy, MeasurementStart, type Timestamp } from '@drawdown/proto';
import { LATE_WINDOW_MS_MAX, LATE_WINDOW_MS_MIN } from '../../../domain/index.js';
import { LIST_FILTER_VALUES_MAX } from '../limits.js';
import { CommandBody, EntitlementBody, PageBody, RecurrenceBody } from './parts.js';

const SECOND_MS = 1_000;
const PRIORITY_MAX = 255;

class MeteredConfigBody {
  @AtMostOneOf('measureUsageFrom', 'measurementStart') @IsOptionalInstant() readonly measureUsageFrom: Timestamp | undefined;
  @IsEnumValue(MeasurementStart, { orUnspecified: true }) readonly measurementStart!: MeasurementStart;
  @IsMessage(() => RecurrenceBody) readonly usagePeriod!: RecurrenceBody;
  @IsOptionalField() @IsSignedQuantity() readonly issueAfterReset: string | undefined;
  @IsOptionalField() @IsIntegerBetween(0, PRIORITY_MAX) readonly issueAfterResetPriority: number | undefined;
  @IsOptionalField()
  @IsIntegerBetween(LATE_WINDOW_MS_MIN / SECOND_MS, LATE_WINDOW_MS_MAX / SECOND_MS)
  readonly lateWindowSeconds: number | undefined;
  @IsEnumValue({ UNSPECIFIED: LatePolicy.UNSPECIFIED, BOOK_NOW: LatePolicy.BOOK_NOW, REJECT: LatePolicy.REJECT }, { orUnspecified: true })
  readonly latePolicy!: LatePolicy;
}

class NewEntitlementBody {
  @IsKey() readonly customer!: string;
  @IsKey() readonly featureKey!: string;
  @IsEnumValue({ METERED: EntitlementType.METERED }) readonly type!: EntitlementType;
  @IsMessage(() => MeteredConfigBody) readonly metered!: MeteredConfigBody;
  @IsLabels() readonly metadata!: Readonly<Record<string, string>>;
}

export class CreateEntitlementBody extends CommandBody {
  @IsMessage(() => NewEntitlementBody) readonly entitlement!: NewEntitlementBody;
}

export class GetEntitlementBody extends EntitlementBody {
  @IsMinPosition() readonly minPosition!: string;
}

export class ListEntitlementsBody extends PageBody {
  @IsKeys(LIST_FILTER_VALUES_MAX) readonly customers!: readonly string[];
  @IsKeys(LIST_FILTER_VALUES_MAX) readonly featureKeys!: readonly string[];
}

export class ResetUsageBody extends EntitlementBody {
  @IsRequestId() readonly requestId!: string;
  @IsInstant() readonly requestTime!: Timestamp;
  @IsOptionalInstant() readonly at: Timestamp | undefined;
}
