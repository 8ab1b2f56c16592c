import { join } from 'node:path';
import { sessionDifferences } from '../src/story/web/comparing.js';
import { figuresOf, hitsIn, secondsIn } from '../src/story/web/figures.js';
import { groupIntoSessions, type WebSession } from '../src/story/web/grouping.js';
import { inOrderOfTime, readHits, type WebHit } from '../src/story/web/hits.js';
import { figuresTable } from '../src/story/web/table.js';
import { readUntil } from '../src/story/waiting.js';
import { repository } from './temporary.js';

const SAMPLE = join(repository, 'deploy/local/sample/hits-web.csv');

const hit = (line: number, visitor: string, second: number): WebHit => ({
  id: `hits-web-${String(line)}`,
  visitor,
  timeMs: second * 1_000,
  time: new Date(second * 1_000).toISOString(),
  agent: 'a',
  method: 'GET',
  path: '/',
});

describe('the second opinion about sessions', () => {
  it('cuts after more than half an hour of silence, and not after exactly that', () => {
    const sessions = groupIntoSessions([hit(2, 'v', 0), hit(3, 'v', 1_800), hit(4, 'v', 3_601)]);
    expect(sessions).toEqual([
      { id: 'hits-web-2', visitor: 'v', startMs: 0, endMs: 1_800_000, hits: 2 },
      { id: 'hits-web-4', visitor: 'v', startMs: 3_601_000, endMs: 3_601_000, hits: 1 },
    ]);
  });

  it('knows visitors apart, in whatever order their hits come', () => {
    const hits = [hit(2, 'b', 5), hit(3, 'a', 9), hit(4, 'b', 1), hit(5, 'a', 9)];
    expect(groupIntoSessions(hits)).toEqual(groupIntoSessions([...hits].reverse()));
    expect(groupIntoSessions(hits).map(({ id, hits: count }) => [id, count])).toEqual([
      ['hits-web-3', 2],
      ['hits-web-4', 2],
    ]);
  });

  it('names a session after the smaller id of the first instant, character by character', () => {
    expect(groupIntoSessions([hit(9, 'v', 0), hit(10, 'v', 0)]).map(({ id }) => id)).toEqual(['hits-web-10']);
  });
});

describe('the sample of web hits', () => {
  it('has the sessions that are known of it', async () => {
    const hits = await readHits(SAMPLE);
    const sessions = groupIntoSessions(hits);
    expect(Object.fromEntries(figuresOf(sessions))).toEqual({
      hits: '9,999',
      sessions: '3,052',
      visitors: '1,753',
      'seconds in all sessions': '49,207',
      'sessions of one hit': '1,607',
      'hits of the largest': '108',
      'most hits': '4db38a4425c3 482',
      second: '6eeffa01cdd6 364',
      third: 'a18c6c24f57b 357',
    });
    expect([hitsIn(sessions), secondsIn(sessions)]).toEqual([9_999, 49_207]);
    expect(groupIntoSessions(hits, 30_000)).toHaveLength(3_258);
  });

  it('is not in order of time, and comes to the same sessions when it is put there', async () => {
    const hits = await readHits(SAMPLE);
    const ordered = inOrderOfTime(hits);
    expect(ordered).not.toEqual(hits);
    expect(ordered.map(({ timeMs }) => timeMs)).toEqual(hits.map(({ timeMs }) => timeMs).sort((left, right) => left - right));
    expect(groupIntoSessions(ordered)).toEqual(groupIntoSessions(hits));
  });
});

describe('comparing sessions', () => {
  const session: WebSession = { id: 'hits-web-2', visitor: 'v', startMs: 0, endMs: 1_000, hits: 2 };

  it('finds nothing where nothing is wrong', () => {
    expect(sessionDifferences('x', [session], [session])).toEqual([]);
  });

  it('finds what is missing, doubled, foreign or different', () => {
    expect(sessionDifferences('x', [], [session])).toEqual([expect.stringContaining('is missing')]);
    expect(sessionDifferences('x', [session, session], [session])).toEqual([expect.stringContaining('twice')]);
    expect(sessionDifferences('x', [{ ...session, id: 'other' }], [])).toEqual([expect.stringContaining('not expected')]);
    for (const other of [{ visitor: 'w' }, { startMs: 1 }, { endMs: 2 }, { hits: 3 }]) {
      expect(sessionDifferences('x', [{ ...session, ...other }], [session])).toEqual([expect.stringContaining('must be')]);
    }
  });
});

describe('what is printed', () => {
  it('shows the figures of each set of sessions', () => {
    const table = figuresTable(new Map([['ours', figuresOf([{ id: 'a', visitor: 'v', startMs: 0, endMs: 90_000, hits: 1_234 }])]]));
    expect(table).toMatch(/seconds in all sessions\s*│\s*90/);
    expect(table).toContain('v 1,234');
  });

  it('is read until it is complete', async () => {
    let reading = 0;
    const complete = await readUntil(
      'counting',
      async () => (reading += 1),
      count => count === 2,
      String,
    );
    expect(complete).toBe(2);
  });
});
