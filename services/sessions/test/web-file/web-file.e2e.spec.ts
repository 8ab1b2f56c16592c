import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { PARTITIONS } from '@drawdown/eventlog';
import {
  ListSessionsRequest,
  PropertiesServiceService,
  PropertySettings,
  Scope,
  SessionsServiceService,
  SessionState,
  type Session,
} from '@drawdown/proto/sessions';
import { encodeHits, encodeImportCompleted } from '../../src/adapters/jetstream/hit-envelopes.js';
import type { Hit } from '../../src/domain/index.js';
import { millis, newCommand } from '../api/client.js';
import { Deployment, NAMESPACE } from './deployment.js';

const TIME_MS_MAX = 400_000;
const TIMEOUT_MS = 30_000;
const HARD_CAP_MS = 5 * 86_400_000;
const WINDOW_HITS = 1_000;
const PAUSE_MS = 1_000;
const PAGE_SIZE = 1_000;

interface Row {
  readonly id: string;
  readonly visitor: string;
  readonly timeMs: number;
}

/** 9,999 real requests, in the order of their log, which is not the order of time. */
const ROWS: readonly Row[] = readFileSync(new URL('../../../../deploy/local/sample/hits-web.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line, index) => {
    const [time = '', visitor = ''] = line.split(',');
    return { id: `hits-web-${String(index + 2)}`, visitor, timeMs: Date.parse(time) };
  });

/** The sessions of the file, said once more without the service: a line each. */
const grouped = (): readonly string[] => {
  const order = [...ROWS].sort(
    (left, right) =>
      (left.visitor < right.visitor ? -1 : left.visitor > right.visitor ? 1 : 0) ||
      left.timeMs - right.timeMs ||
      (left.id < right.id ? -1 : 1),
  );
  const groups: Row[][] = [];
  for (const row of order) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group === undefined || last === undefined || last.visitor !== row.visitor || row.timeMs - last.timeMs > TIMEOUT_MS)
      groups.push([row]);
    else group.push(row);
  }
  const ends = (group: readonly Row[]): readonly number[] => group.map(({ timeMs }) => timeMs);
  return groups
    .map(group => lineOf(group[0]?.id, group[0]?.visitor, Math.min(...ends(group)), Math.max(...ends(group)), group.length))
    .sort();
};

const lineOf = (...words: readonly unknown[]): string => words.map(String).join(' ');

const toHit = ({ id, visitor, timeMs }: Row, propertyId: string): Hit => ({
  id,
  namespace: NAMESPACE,
  propertyId,
  clientId: visitor,
  eventName: 'page_view',
  ip: '',
  host: '',
  path: '/',
  method: 'GET',
  receivedAtMs: timeMs,
  requestSeq: 0,
  queryParams: {},
  headers: {},
  body: new Uint8Array(),
  metadata: {},
});

/** Creates a property for these rows, imports them in a lane of their own, and ends it. */
const importRows = async (deployment: Deployment, propertyId: string, rows: readonly Row[]): Promise<void> => {
  const settings = PropertySettings.create({
    scope: Scope.CLIENT,
    timeoutMs: TIMEOUT_MS,
    split: { inactivity: true, maxSinceFirstEventMs: 0, maxEvents: 0, userIdChange: false, campaignChange: false },
    hardCaps: { durationMs: HARD_CAP_MS },
  });
  const { client, subjects } = deployment;
  const { position } = await client.call(PropertiesServiceService.createProperty, { ...newCommand(), propertyId, settings });
  await client.call(PropertiesServiceService.getProperty, { propertyId, minPosition: position });
  const lane = `import-${propertyId}`;
  for (let at = 0; at < rows.length; at += WINDOW_HITS) {
    const hits = rows.slice(at, at + WINDOW_HITS).map(row => toHit(row, propertyId));
    await deployment.publish(encodeHits(subjects, hits, { source: '/test', lane }));
  }
  const completions = Array.from({ length: PARTITIONS }, (_, partition) =>
    encodeImportCompleted(subjects, partition, { namespace: NAMESPACE, lane, source: '/test', id: `${lane}-${String(partition)}` }),
  );
  await deployment.publish(completions);
};

const closedSessions = async ({ client }: Deployment, propertyId: string): Promise<readonly Session[]> => {
  const sessions: Session[] = [];
  let pageToken = '';
  do {
    const request = ListSessionsRequest.create({ propertyId, states: [SessionState.CLOSED], pageSize: PAGE_SIZE, pageToken });
    const page = await client.call(SessionsServiceService.listSessions, request);
    sessions.push(...page.sessions.filter(({ supersededBy }) => supersededBy === ''));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return sessions;
};

/** The sessions once every hit of the file is in exactly one of them. While an amendment is under way a hit may be counted twice. */
const allSessions = async (deployment: Deployment, propertyId: string): Promise<readonly Session[]> => {
  let sessions = await closedSessions(deployment, propertyId);
  while (sessions.reduce((sum, { hitCount }) => sum + hitCount, 0) !== ROWS.length) {
    await pause(PAUSE_MS);
    sessions = await closedSessions(deployment, propertyId);
  }
  return sessions;
};

const linesOf = (sessions: readonly Session[]): readonly string[] =>
  sessions
    .map(({ sessionId, clientId, startTime, endTime, hitCount }) =>
      lineOf(sessionId, clientId, millis(startTime), millis(endTime), hitCount),
    )
    .sort();

describe('the file of web hits with a timeout of 30 s', () => {
  const expected = grouped();

  it('has 3,258 sessions', () => {
    expect(ROWS).toHaveLength(9_999);
    expect(expected).toHaveLength(3_258);
  });

  it(
    'comes to them in both orders with a close lag above its disorder',
    async () => {
      const deployment = await Deployment.start({ DRAWDOWN_SESSIONS_CLOSE_LAG_SECONDS: '60' });
      try {
        await importRows(deployment, 'as-it-is', ROWS);
        await importRows(
          deployment,
          'in-order',
          [...ROWS].sort((left, right) => left.timeMs - right.timeMs),
        );
        expect(linesOf(await allSessions(deployment, 'as-it-is'))).toEqual(expected);
        expect(linesOf(await allSessions(deployment, 'in-order'))).toEqual(expected);
      } finally {
        await deployment.stop();
      }
    },
    TIME_MS_MAX,
  );

  it(
    'comes to them in its own order with a close lag below its disorder',
    async () => {
      const deployment = await Deployment.start({ DRAWDOWN_SESSIONS_CLOSE_LAG_SECONDS: '1' });
      try {
        await importRows(deployment, 'as-it-is', ROWS);
        expect(linesOf(await allSessions(deployment, 'as-it-is'))).toEqual(expected);
      } finally {
        await deployment.stop();
      }
    },
    TIME_MS_MAX,
  );
});
