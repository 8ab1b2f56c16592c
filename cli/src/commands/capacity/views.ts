import {
  AlertMeasure,
  Dimension,
  MemberState,
  PoolStatus,
  ReservationStatus,
  type Alert,
  type DimensionExplanation,
  type ExplainPoolResponse,
  type Member,
  type Pool,
  type Reservation,
  type Segment,
} from '@drawdown/proto/capacity';
import { secondText } from '../../capacity/seconds.js';
import { secondsText } from './arguments.js';
import { plain, type Plain } from '../../output/plain.js';

const words = (name: string | undefined): string =>
  name === undefined || name === 'UNSPECIFIED' ? '' : name.toLowerCase().replaceAll('_', ' ');

export const statusText = (status: PoolStatus): string => words(PoolStatus[status]);
export const memberStateText = (state: MemberState): string => words(MemberState[state]);
export const reservationStatusText = (status: ReservationStatus): string => words(ReservationStatus[status]);

const DIMENSIONS: Readonly<Record<Dimension, string>> = {
  [Dimension.UNSPECIFIED]: '',
  [Dimension.CU]: 'CU',
  [Dimension.SU]: 'SU',
  [Dimension.IPV4U]: 'IPv4U',
};
export const dimensionText = (dimension: Dimension): string => DIMENSIONS[dimension];

/** 0 where the API has no instant. */
const instantOrNothing = (second: number): string | undefined => (second === 0 ? undefined : secondText(second));

/** Messages for programs: like the API's, with enums by name and instants in RFC 3339, or `never`. */
export const poolView = (pool: Pool): Plain =>
  plain({
    ...pool,
    lastUpdated: secondText(pool.lastUpdated),
    emptyAt: secondText(pool.emptyAt),
    dueAt: secondText(pool.dueAt),
    emptyDimension: Dimension[pool.emptyDimension],
    status: PoolStatus[pool.status],
    exhausted: pool.exhausted.map(dimension => Dimension[dimension]),
  });

export const memberView = (member: Member): Plain =>
  plain({
    ...member,
    state: MemberState[member.state],
    since: instantOrNothing(member.since),
    until: instantOrNothing(member.until),
  });

export const segmentView = (segment: Segment): Plain => plain({ ...segment, from: secondText(segment.from), to: secondText(segment.to) });

/** `24h` or `20%`. */
export const thresholdText = ({ measure, threshold }: Alert): string =>
  measure === AlertMeasure.SHARE ? `${String(threshold)}%` : secondsText(threshold);

export const alertView = (alert: Alert): Plain => plain({ ...alert, measure: AlertMeasure[alert.measure], dueAt: secondText(alert.dueAt) });

export const explanationView = (answer: ExplainPoolResponse): Plain => {
  const { pool, dimensions, governing, freshness, ...amounts } = answer;
  return plain({
    pool: pool === undefined ? undefined : poolView(pool),
    ...amounts,
    dimensions: dimensions.map(dimensionView),
    governing: Dimension[governing],
    freshness,
  });
};

const dimensionView = (one: DimensionExplanation): Plain =>
  plain({ ...one, dimension: Dimension[one.dimension], emptyAt: secondText(one.emptyAt) });

export const reservationView = (reservation: Reservation): Plain =>
  plain({
    ...reservation,
    status: ReservationStatus[reservation.status],
    lastAt: secondText(reservation.lastAt),
    escrowInformation:
      reservation.escrowInformation === undefined
        ? undefined
        : { ...reservation.escrowInformation, expiration: secondText(reservation.escrowInformation.expiration) },
  });
