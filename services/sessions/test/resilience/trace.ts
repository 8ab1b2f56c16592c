import { seededRandom } from '@drawdown/testing';
import { compareHits, type Hit } from '../../src/domain/index.js';

export const NAMESPACE = 'acme';
/** D of the properties whose hits are imported, and of those whose hits are live. */
export const IMPORT_TIMEOUT_MS = 30_000;
export const LIVE_TIMEOUT_MS = 2_000;

/** Sessions of one client each; sessions of clients that stamps and user ids join. */
export type TestedProperty = 'web' | 'shop' | 'live-web' | 'live-shop';

/** Hits that are published one after the other. */
export interface Part {
  readonly lane: string;
  readonly hits: readonly Hit[];
}

/** What must come out: known by the way in which the hits were made. */
export interface ExpectedSession {
  readonly property: TestedProperty;
  readonly revision: number;
  readonly hits: readonly Hit[];
  /** Sessions that had been told before a late hit joined them with this one. */
  readonly superseded: readonly string[];
}

export interface Trace {
  readonly lanes: readonly string[];
  /** Hits in order of time in each lane, and last some that let all of these sessions close. */
  readonly inTime: readonly Part[];
  /** Hits of sessions that were closed by then, and repeats of hits. */
  readonly late: readonly Part[];
  readonly sessionsInTime: number;
  readonly expected: readonly ExpectedSession[];
}

const START_MS = 1_700_000_000_000;
const SECOND_MS = 1_000;
/** By then everything before is over, and can still be amended. */
const ADVANCED_MS = 1_000_000;
const CLIENTS_PER_SOURCE_TRIED_MAX = 2_000;
const HITS_PER_PART = 40;
const REPEATED_EVERY = 7;
const LATE_EVERY = 3;

export interface TraceOptions {
  readonly seed: number;
  /** Pairs of lanes: one of clients on their own, one of clients that are joined. */
  readonly waves: number;
  readonly clientsPerWave: number;
  readonly groupsPerWave: number;
  /** Source partition of a client of a property. */
  readonly sourceOf: (propertyId: string, clientId: string) => number;
  readonly sources: number;
}

/** Imports in which event time is all that counts, so that the outcome does not depend on when anything was done. */
export const importedTrace = (options: TraceOptions): Trace => {
  const random = seededRandom(options.seed);
  const waves = Array.from({ length: options.waves }, (_unused, wave) => waveOf(wave, options, random));
  return {
    lanes: waves.flatMap(({ lanes }) => lanes),
    inTime: interleaved(waves.map(({ inTime }) => inTime)),
    late: interleaved(waves.map(({ late }) => late)),
    sessionsInTime: waves.reduce((sum, { sessionsInTime }) => sum + sessionsInTime, 0),
    expected: waves.flatMap(({ expected }) => expected),
  };
};

const waveOf = (wave: number, options: TraceOptions, random: () => number): Trace => {
  const clients = Array.from({ length: options.clientsPerWave }, (_unused, client) => clientOf(`web-${wave}-${client}`, client, random));
  const groups = Array.from({ length: options.groupsPerWave }, (_unused, group) => groupOf(`shop-${wave}-${group}`, group, random));
  const [web, shop] = [`web-${wave}`, `shop-${wave}`];
  const advancing = advancingHits(web, options);
  const told = [...clients.flatMap(({ inTime }) => inTime).sort(compareHits), ...advancing];
  const late = [...clients.flatMap(client => client.late), ...repeatsOf(told)];
  const joined = shuffled(groups.flat(), random);
  return {
    lanes: [web, shop],
    inTime: interleaved([partsOf(web, withRepeats(told)), partsOf(shop, withRepeats(joined))]),
    late: [...partsOf(web, late), ...partsOf(shop, repeatsOf(joined))],
    sessionsInTime: clients.reduce((sum, { sessions }) => sum + sessions, 0),
    expected: [
      ...clients.flatMap(({ expected }) => expected),
      ...advancing.map(hit => ({ property: 'web' as const, revision: 1, hits: [hit], superseded: [] })),
      ...groups.map(hits => ({ property: 'shop' as const, revision: 1, hits: [...hits].sort(compareHits), superseded: [] })),
    ],
  };
};

interface ToldClient {
  readonly inTime: readonly Hit[];
  readonly late: readonly Hit[];
  readonly sessions: number;
  readonly expected: readonly ExpectedSession[];
}

/** Three sessions of one client. One late hit in three clients: inside the first session, or between the first two, which it makes one. */
const clientOf = (clientId: string, number: number, random: () => number): ToldClient => {
  const beginMs = START_MS + Math.floor(random() * 20 * SECOND_MS);
  const hit = (session: number, place: number, afterMs: number): Hit =>
    newHit('web', clientId, `${clientId}-${session}-${place}`, beginMs + session * 50 * SECOND_MS + afterMs);
  const sessions = [0, 1, 2].map(session =>
    [0, 1, 2].map(place => hit(session, place, place * 5 * SECOND_MS + Math.floor(random() * 4 * SECOND_MS))),
  );
  const inTime = sessions.flat();
  const told = { inTime, sessions: sessions.length };
  const plain = (hits: readonly Hit[]): ExpectedSession => ({ property: 'web', revision: 1, hits, superseded: [] });
  const [first = [], second = [], ...others] = sessions;
  if (number % LATE_EVERY !== 0) return { ...told, late: [], expected: sessions.map(plain) };
  if (number % (2 * LATE_EVERY) === 0) {
    const inside = hit(0, 9, 7_500);
    const amended = { ...plain([...first, inside].sort(compareHits)), revision: 2 };
    return { ...told, late: [inside], expected: [amended, plain(second), ...others.map(plain)] };
  }
  const between = hit(0, 9, 32 * SECOND_MS);
  const joined = { ...plain([...first, between, ...second].sort(compareHits)), revision: 2, superseded: [second[0]?.id ?? ''] };
  return { ...told, late: [between], expected: [joined, ...others.map(plain)] };
};

/** Clients of one person: the first two have a stamp, the last two a user id, so that the middle one joins all of them. */
const groupOf = (group: string, number: number, random: () => number): readonly Hit[] => {
  const beginMs = START_MS + number * SECOND_MS;
  const clients = [{ sessionStamp: group }, { sessionStamp: group, userId: group }, { userId: group }];
  return clients.flatMap((identifiers, client) =>
    [0, 1].map(place => {
      const id = `${group}-${client}-${place}`;
      return { ...newHit('shop', `${group}-${client}`, id, beginMs + Math.floor(random() * 20 * SECOND_MS)), ...identifiers };
    }),
  );
};

/** One hit for each source, so that the wheel of each passes all sessions before. */
const advancingHits = (lane: string, { sourceOf, sources }: TraceOptions): readonly Hit[] => {
  const bySource = new Map<number, Hit>();
  for (let number = 0; bySource.size < sources && number < CLIENTS_PER_SOURCE_TRIED_MAX; number += 1) {
    const clientId = `${lane}-last-${number}`;
    const source = sourceOf('web', clientId);
    if (!bySource.has(source)) bySource.set(source, newHit('web', clientId, clientId, START_MS + ADVANCED_MS));
  }
  return [...bySource.values()];
};

/** Hits as they are made now, in groups that nobody joins later: no session of it closes before its last hit was published. */
export const liveBurst = (number: number, seen: number, nowMs: number): readonly Hit[] => {
  const joined = [0, 1].map(client => ({
    ...newHit('live-shop', `live-${number}-${client}`, `shop-live-${number}-${client}-${seen}`, nowMs),
    sessionStamp: `live-${number}`,
  }));
  return [newHit('live-web', `live-${number}`, `web-live-${number}-${seen}`, nowMs), ...joined];
};

export const liveSessions = (hits: readonly Hit[]): readonly ExpectedSession[] => {
  const groups = new Map<string, Hit[]>();
  for (const hit of hits) {
    const key = `${hit.propertyId} ${hit.sessionStamp ?? hit.clientId}`;
    groups.set(key, [...(groups.get(key) ?? []), hit]);
  }
  return [...groups.values()].map(group => {
    const sorted = [...group].sort(compareHits);
    return { property: sorted[0]?.propertyId === 'live-web' ? 'live-web' : 'live-shop', revision: 1, hits: sorted, superseded: [] };
  });
};

const newHit = (propertyId: TestedProperty, clientId: string, id: string, receivedAtMs: number): Hit => ({
  id,
  namespace: NAMESPACE,
  propertyId,
  clientId,
  eventName: 'page_view',
  ip: '',
  host: '',
  path: '/',
  method: 'GET',
  receivedAtMs,
  requestSeq: 0,
  queryParams: {},
  headers: {},
  body: new Uint8Array(),
  metadata: {},
});

const repeatsOf = (hits: readonly Hit[]): readonly Hit[] => hits.filter((_hit, index) => index % REPEATED_EVERY === 0);

const withRepeats = (hits: readonly Hit[]): readonly Hit[] =>
  hits.flatMap((hit, index) => (index % REPEATED_EVERY === 1 ? [hit, hit] : [hit]));

const partsOf = (lane: string, hits: readonly Hit[]): readonly Part[] =>
  Array.from({ length: Math.ceil(hits.length / HITS_PER_PART) }, (_unused, part) => ({
    lane,
    hits: hits.slice(part * HITS_PER_PART, (part + 1) * HITS_PER_PART),
  }));

/** One part of each list after the other, so that lanes are told side by side. */
const interleaved = (lists: readonly (readonly Part[])[]): readonly Part[] => {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_unused, index) => index).flatMap(index => lists.flatMap(list => list.slice(index, index + 1)));
};

const shuffled = (hits: readonly Hit[], random: () => number): readonly Hit[] =>
  hits
    .map(hit => ({ hit, place: random() }))
    .sort((left, right) => left.place - right.place)
    .map(({ hit }) => hit);
