import {
  IsEnumValue,
  IsIntegerBetween,
  IsKey,
  IsKeys,
  IsMessage,
  IsMessages,
  IsOptionalField,
  IsOptionalMessage,
  IsText,
} from '@drawdown/grpc';
import { FilterAction, FilterMode, Platform, Scope, UsageMeasure } from '@drawdown/proto/sessions';
import { PROPERTY_LIMITS } from '../../../domain/index.js';
import { CommandBody, PageBody, PropertyReadBody } from './parts.js';

const EVENT_TYPE_BYTES_MAX = 512;
const RULE_KEY_BYTES_MAX = 64;
const PLATFORM_TIMEOUTS_MAX = 4;
/** The domain names what is wrong with a number; here only what no number can be is refused. */
const IsNumber = (): PropertyDecorator => IsIntegerBetween(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

class PlatformTimeoutBody {
  @IsEnumValue(Platform) readonly platform!: Platform;
  @IsNumber() readonly timeoutMs!: number;
}

class ComputedStampBody {
  @IsKeys(PROPERTY_LIMITS.stampHeadersMax) readonly headers!: readonly string[];
}

class FilterBody {
  @IsKey() readonly name!: string;
  @IsEnumValue(FilterAction) readonly action!: FilterAction;
  @IsEnumValue(FilterMode, { orUnspecified: true }) readonly mode!: FilterMode;
  @IsText(PROPERTY_LIMITS.filterExpressionBytesMax, 1) readonly expression!: string;
}

class UsageRuleBody {
  @IsText(RULE_KEY_BYTES_MAX, 1) readonly key!: string;
  @IsEnumValue(UsageMeasure) readonly measure!: UsageMeasure;
  @IsText(EVENT_TYPE_BYTES_MAX, 1) readonly eventType!: string;
}

export class SettingsBody {
  @IsEnumValue(Scope, { orUnspecified: true }) readonly scope!: Scope;
  @IsOptionalField() @IsNumber() readonly timeoutMs!: number | undefined;
  @IsMessages(() => PlatformTimeoutBody, 0, PLATFORM_TIMEOUTS_MAX) readonly platformTimeouts!: readonly PlatformTimeoutBody[];
  @IsOptionalMessage(() => ComputedStampBody) readonly computedStamp!: ComputedStampBody | undefined;
  @IsMessages(() => FilterBody, 0, PROPERTY_LIMITS.filtersMax) readonly filters!: readonly FilterBody[];
  @IsMessages(() => UsageRuleBody, 0, PROPERTY_LIMITS.usageRulesMax) readonly usageRules!: readonly UsageRuleBody[];
}

export class CreatePropertyBody extends CommandBody {
  @IsKey() readonly propertyId!: string;
  @IsOptionalMessage(() => SettingsBody) readonly settings!: SettingsBody | undefined;
}

export class UpdatePropertyBody extends CommandBody {
  @IsKey() readonly propertyId!: string;
  @IsMessage(() => SettingsBody) readonly settings!: SettingsBody;
  @IsIntegerBetween(0, Number.MAX_SAFE_INTEGER) readonly expectedSettingsVersion!: number;
}

export class GetPropertyBody extends PropertyReadBody {}

export class ListPropertiesBody extends PageBody {}
