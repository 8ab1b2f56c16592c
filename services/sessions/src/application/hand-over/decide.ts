import {
  decideAssignment,
  decodeClosedSession,
  filtering,
  filtersOf,
  modified,
  splitConditionsOf,
  splitting,
  splitViewOf,
  type ClosingProtoSession,
  type HitFilter,
  type Piece,
  type Property,
} from '../../domain/index.js';
import type { AssignCall, FrozenSession } from '../store/session-store.js';
import { rangesOf, type Answer } from './answer.js';
import type { StoredHit } from './collect.js';

const MS_PER_SECOND = 1_000;

/** Everything that decides what a frozen proto-session becomes; the same question has the same answer. */
export interface CloseQuestion {
  readonly lane: string;
  readonly frozen: FrozenSession;
  readonly hits: readonly StoredHit[];
  /** Headers that the store remembers of the clients of the group. */
  readonly closed: ReadonlyMap<string, string>;
  readonly property: Property;
  readonly amendMs: number;
  readonly tickSeconds: number;
}

export interface DecidedClose extends Pick<AssignCall, 'writes' | 'keepUntilMs'> {
  readonly answer: Answer;
  readonly rulesWithoutCustomer: number;
}

interface PlacedHit extends StoredHit {
  readonly place: number;
  /** Test filters that matched. */
  readonly noted?: readonly string[];
}

/** Compiled once for each version of a property's settings. */
const compiled = new WeakMap<Property, readonly HitFilter[]>();

const compiledFilters = (property: Property): readonly HitFilter[] => {
  let filters = compiled.get(property);
  if (filters === undefined) compiled.set(property, (filters = filtersOf(property.settings.filters)));
  return filters;
};

/** Splits, filters, and holds the pieces against the sessions that were closed before (sessions §13, §15.2). */
export const decideClose = ({ lane, frozen, hits, closed, property, amendMs, tickSeconds }: CloseQuestion): DecidedClose => {
  const { namespace, propertyId, settings, settingsVersion } = property;
  const pieces = piecesOf(hits, property);
  const closing = closingOf(frozen, property, tickSeconds);
  const assignment = decideAssignment<PlacedHit>({
    namespace,
    propertyId,
    lane,
    settings,
    settingsVersion,
    closing,
    pieces,
    hitOf: ({ hit }) => hit,
    closed: [...closed.values()].map(decodeClosedSession),
  });
  const sessions = assignment.sessions.map(({ header, pieces: places }) => ({
    header,
    hits: rangesOf(places.flatMap(place => (pieces[place]?.hits ?? []).map(hit => hit.place))),
  }));
  return {
    answer: {
      sessions,
      notes: pieces.flatMap(piece => piece.hits.flatMap(({ place, noted }) => (noted === undefined ? [] : [[place, noted] as const]))),
    },
    writes: assignment.writes,
    keepUntilMs: closing.closedAtMs + amendMs,
    rulesWithoutCustomer: assignment.rulesWithoutCustomer,
  };
};

const piecesOf = (hits: readonly StoredHit[], property: Property): readonly Piece<PlacedHit>[] => {
  const { settings } = property;
  const view = splitViewOf(settings);
  const placed = hits.map((stored, place): PlacedHit => ({ ...stored, place }));
  return modified(placed, [
    splitting(splitConditionsOf(settings), ({ hit }) => view(hit)),
    filtering(
      compiledFilters(property),
      ({ hit }) => hit,
      (placedHit, noted) => ({ ...placedHit, noted }),
    ),
  ]);
};

/** A wheel closes at the end of the bucket; what a cap or a command closed ended with its last hit. */
const closingOf = (frozen: FrozenSession, { settings }: Property, tickSeconds: number): ClosingProtoSession => {
  const { sessionKey, parts, closeCause, isLate, hardCapCloses, joins, duplicateHits, lateHits, bucket, lastHitAtMs } = frozen;
  return {
    sessionKey,
    clientKeys: [...new Set([sessionKey, ...parts.map(({ clientKey }) => clientKey)])],
    closeCause,
    isLate,
    isBot: hardCapCloses >= settings.botAfterHardCaps,
    joins,
    duplicateHits,
    lateHits,
    closedAtMs: bucket === null ? lastHitAtMs : (bucket + 1) * tickSeconds * MS_PER_SECOND,
  };
};
