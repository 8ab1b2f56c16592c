import { IsEnumValue, IsKey, IsLabels, IsMessage, IsMinPosition, IsOptionalKey, IsText } from '@drawdown/grpc';
import { Aggregation, type GroupValues } from '@drawdown/proto';
import { IsGroupFilters } from '../group-filters.js';
import { CommandBody, PageBody } from './parts.js';

const PATH_BYTES_MAX = 512;

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
