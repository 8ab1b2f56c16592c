import type { WebSession } from './grouping.js';

/** The busiest visitors, by name. */
const BUSIEST = ['most hits', 'second', 'third'] as const;
const MS_PER_SECOND = 1_000;

/** What is printed of a set of sessions: title → text. */
export type Figures = ReadonlyMap<string, string>;

export const grouped = (count: number): string => count.toLocaleString('en-US');

export const secondsIn = (sessions: readonly WebSession[]): number =>
  sessions.reduce((sum, { startMs, endMs }) => sum + Math.floor((endMs - startMs) / MS_PER_SECOND), 0);

export const hitsIn = (sessions: readonly WebSession[]): number => sessions.reduce((sum, { hits }) => sum + hits, 0);

export const figuresOf = (sessions: readonly WebSession[]): Figures => {
  const byVisitor = new Map<string, number>();
  for (const { visitor, hits } of sessions) byVisitor.set(visitor, (byVisitor.get(visitor) ?? 0) + hits);
  const busiest = [...byVisitor].sort(([, left], [, right]) => right - left);
  return new Map([
    ['hits', grouped(hitsIn(sessions))],
    ['sessions', grouped(sessions.length)],
    ['visitors', grouped(byVisitor.size)],
    ['seconds in all sessions', grouped(secondsIn(sessions))],
    ['sessions of one hit', grouped(sessions.filter(({ hits }) => hits === 1).length)],
    ['hits of the largest', grouped(Math.max(0, ...sessions.map(({ hits }) => hits)))],
    ...BUSIEST.map((title, place) => [title, visitorText(busiest[place])] as const),
  ]);
};

const visitorText = (visitor: readonly [string, number] | undefined): string =>
  visitor === undefined ? '' : `${visitor[0]} ${grouped(visitor[1])}`;
