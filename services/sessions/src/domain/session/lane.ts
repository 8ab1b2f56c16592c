/** The lane of everything that is not an import (sessions §12.2). */
export const LIVE_LANE = 'live';

/**
 * Lanes as the engine knows them: `live`, or an import of a namespace. Import ids are chosen by producers, so two namespaces may use the same;
 * one must not end the other's.
 */
export const laneOf = (namespace: string, given: string): string => (given === LIVE_LANE ? LIVE_LANE : `${namespace}/${given}`);

/** The lane as its producer named it; import ids hold no slash. */
export const givenLane = (lane: string): string => lane.slice(lane.lastIndexOf('/') + 1);
