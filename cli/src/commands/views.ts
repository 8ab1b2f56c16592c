import {
  AccessReason,
  Aggregation,
  EntitlementType,
  ExpirationUnit,
  GrantUsageTermination,
  LatePolicy,
  MeasurementStart,
  type Entitlement,
  type Grant,
  type Meter,
  type Segment,
} from '@drawdown/proto';
import { plain, type Plain } from '../output/plain.js';

/** Messages for programs: like the API's, with enums by name. */
export const grantView = (grant: Grant): Plain => {
  const { expiration } = grant;
  const named = expiration === undefined ? undefined : { count: expiration.count, unit: ExpirationUnit[expiration.unit] };
  return plain({ ...grant, expiration: named });
};

export const segmentView = (featureKey: string, segment: Segment): Plain =>
  plain({
    featureKey,
    ...segment,
    grantUsages: segment.grantUsages.map(usage => ({ ...usage, termination: GrantUsageTermination[usage.termination] })),
  });

export const entitlementView = (entitlement: Entitlement): Plain => {
  const { metered } = entitlement;
  const named =
    metered === undefined
      ? undefined
      : { ...metered, measurementStart: MeasurementStart[metered.measurementStart], latePolicy: LatePolicy[metered.latePolicy] };
  return plain({ ...entitlement, type: EntitlementType[entitlement.type], metered: named });
};

export const meterView = (meter: Meter): Plain => plain({ ...meter, aggregation: Aggregation[meter.aggregation] });

export const accessReasonText = (reason: AccessReason): string => AccessReason[reason];
