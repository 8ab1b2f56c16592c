import { Aggregation, EntitlementType, ExpirationUnit, LatePolicy, MeasurementStart } from '@drawdown/proto';
import type { Expiration, GroupValues, Timestamp } from '@drawdown/proto';
import {
  AtMostOneOf,
  ExactlyOneOf,
  IsBytes,
  IsEnumValue,
  IsId,
  IsInstant,
  IsIntegerBetween,
  IsInterval,
  IsKey,
  IsKeys,
  IsLabels,
  IsMessage,
  IsMessages,
  IsMinPosition,
  IsOneOf,
  IsOptionalField,
  IsOptionalInstant,
  IsOptionalKey,
  IsOptionalMessage,
  IsOptionalQuantity,
  IsPageSize,
  IsPageToken,
  IsRequestId,
  IsSignedQuantity,
  IsText,
} from '@drawdown/grpc';
import { LATE_WINDOW_MS_MAX, LATE_WINDOW_MS_MIN } from '../../domain/index.js';
import { IsGroupFilters } from './group-filters.js';
import { CHECKS_PER_BATCH_MAX, EVENT_DATA_BYTES_MAX, EVENTS_PER_INGEST_MAX, LIST_FILTER_VALUES_MAX } from './limits.js';

/*
 * What a request must be before any code of ours sees it: shapes, sizes and ranges. What it means (a grant before the current period, an
 * unknown feature) is the domain's matter. Names are those of the contract.
 */

const SECOND_MS = 1_000;
const PRIORITY_MAX = 255;
const PATH_BYTES_MAX = 512;
const REASON_BYTES_MAX = 512;

abstract class CommandBody {
  @IsRequestId() readonly requestId!: string;
  @IsInstant() readonly requestTime!: Timestamp;
}

abstract class EntitlementBody {
  @IsKey() readonly customer!: string;
  @ExactlyOneOf('entitlementId', 'featureKey') @IsText(128) readonly entitlementId!: string;
  @IsText(128) readonly featureKey!: string;
}

class RecurrenceBody {
  @IsInterval() readonly interval!: string;
  @IsOptionalInstant() readonly anchor: Timestamp | undefined;
}

class PageBody {
  @IsPageSize() readonly pageSize!: number;
  @IsPageToken() readonly pageToken!: string;
  @IsMinPosition() readonly minPosition!: string;
}

export class CheckAccessBody {
  @IsKey() readonly customer!: string;
  @IsKey() readonly featureKey!: string;
  @IsMinPosition() readonly minPosition!: string;
}

class AccessCheckBody {
  @IsKey() readonly customer!: string;
  @IsKey() readonly featureKey!: string;
}

export class BatchCheckAccessBody {
  @IsMessages(() => AccessCheckBody, 1, CHECKS_PER_BATCH_MAX) readonly checks!: readonly AccessCheckBody[];
  @IsMinPosition() readonly minPosition!: string;
}

export class GetBalanceBody extends EntitlementBody {
  @IsOptionalInstant() readonly at: Timestamp | undefined;
  @IsMinPosition() readonly minPosition!: string;
}

export class GetBalanceHistoryBody extends EntitlementBody {
  @IsOptionalInstant() readonly startTime: Timestamp | undefined;
  @IsOptionalInstant() readonly endTime: Timestamp | undefined;
  @IsPageSize() readonly pageSize!: number;
  @IsPageToken() readonly pageToken!: string;
  @IsMinPosition() readonly minPosition!: string;
}

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

class MeterBody {
  @IsKey() readonly key!: string;
  @IsKey() readonly eventType!: string;
  @IsEnumValue({ SUM: Aggregation.SUM, COUNT: Aggregation.COUNT }) readonly aggregation!: Aggregation;
  @IsText(PATH_BYTES_MAX) readonly valuePath!: string;
  @IsLabels() readonly groupBy!: Readonly<Record<string, string>>;
}

export class CreateMeterBody extends CommandBody {
  @IsMessage(() => MeterBody) readonly meter!: MeterBody;
}

class FeatureBody {
  @IsKey() readonly key!: string;
  @IsText(PATH_BYTES_MAX) readonly displayName!: string;
  @IsOptionalKey() readonly meterKey!: string;
  @IsGroupFilters() readonly groupFilters!: Readonly<Record<string, GroupValues>>;
}

export class CreateFeatureBody extends CommandBody {
  @IsMessage(() => FeatureBody) readonly feature!: FeatureBody;
}

export class ArchiveFeatureBody extends CommandBody {
  @IsKey() readonly key!: string;
}

export class GetByKeyBody {
  @IsKey() readonly key!: string;
  @IsMinPosition() readonly minPosition!: string;
}

export class ListCatalogBody extends PageBody {}

class UsageEventBody {
  @IsKey() readonly id!: string;
  @IsText(PATH_BYTES_MAX, 1) readonly source!: string;
  @IsText(PATH_BYTES_MAX, 1) readonly type!: string;
  @IsKey() readonly customer!: string;
  @IsOptionalInstant() readonly time: Timestamp | undefined;
  @IsBytes(EVENT_DATA_BYTES_MAX) readonly data!: Uint8Array;
}

/** Its events are checked one by one, so that a bad one does not refuse the others. */
export class UsageEventsBody {
  @IsMessages(() => AnyEventBody, 1, EVENTS_PER_INGEST_MAX) readonly events!: readonly AnyEventBody[];
}

class AnyEventBody {}

export { UsageEventBody };

export class CancelUsageBody extends CommandBody {
  @IsKey() readonly customer!: string;
  @IsText(PATH_BYTES_MAX, 1) readonly source!: string;
  @IsKey() readonly id!: string;
}

export class NothingBody {}

export class ProjectionBody {
  @IsOneOf(['entitlements']) readonly projection!: string;
}

export class AuditProjectionBody extends ProjectionBody {
  @IsIntegerBetween(0, 63) readonly partition!: number;
}

export class ListDeadLettersBody {
  @IsPageSize() readonly pageSize!: number;
  @IsPageToken() readonly pageToken!: string;
}

export class DeadLetterBody {
  @IsIntegerBetween(1, Number.MAX_SAFE_INTEGER) readonly sequence!: number;
}

export class TakeBackMessageBody extends CommandBody {
  @IsOneOf(['usage', 'entitlements']) readonly stream!: string;
  @IsIntegerBetween(1, Number.MAX_SAFE_INTEGER) readonly sequence!: number;
}

export class SetAsideMessageBody extends TakeBackMessageBody {
  @IsText(REASON_BYTES_MAX, 1) readonly reason!: string;
}
