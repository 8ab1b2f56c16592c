import { encodeHit, withFiltersNoted, type PublishedSession, type SessionHeader } from '../../domain/index.js';
import type { StoredHit } from './collect.js';

/**
 * What was decided once about a frozen proto-session, as the store keeps it: every repeat publishes this, whatever the settings say by then
 * (sessions §12.4). Hits are named by their places among the collected ones, as ranges `[from, to)`.
 */
export interface Answer {
  readonly sessions: readonly { readonly header: SessionHeader; readonly hits: readonly (readonly [number, number])[] }[];
  /** Names of the test filters that matched, by place (sessions §13.2). */
  readonly notes: readonly (readonly [place: number, filters: readonly string[]])[];
}

/** Ascending places as ranges. */
export const rangesOf = (places: readonly number[]): readonly (readonly [number, number])[] => {
  const ranges: [number, number][] = [];
  for (const place of places) {
    const last = ranges.at(-1);
    if (last?.[1] === place) last[1] = place + 1;
    else ranges.push([place, place + 1]);
  }
  return ranges;
};

export const encodeAnswer = (answer: Answer): string => JSON.stringify(answer);

/** An answer is our own text: what does not parse is a broken store, and the close waits for someone to look. */
export const decodeAnswer = (text: string): Answer => JSON.parse(text) as Answer;

/** The sessions of an answer with their hits. */
export const sessionsOf = ({ sessions, notes }: Answer, hits: readonly StoredHit[]): readonly PublishedSession[] => {
  const noted = new Map(notes);
  const encodedAt = (place: number): readonly Uint8Array[] => {
    const stored = hits[place];
    if (stored === undefined) return [];
    const filters = noted.get(place);
    return [filters === undefined ? stored.encoded : encodeHit(withFiltersNoted(stored.hit, filters))];
  };
  return sessions.map(({ header, hits: ranges }) => ({ header, hits: ranges.flatMap(range => placesOf(range).flatMap(encodedAt)) }));
};

const placesOf = ([from, to]: readonly [number, number]): readonly number[] =>
  Array.from({ length: to - from }, (_unused, index) => from + index);
