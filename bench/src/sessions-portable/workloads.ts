import type { Hit, TaskHit } from '@drawdown/sessions/domain';

/** 2025-01-01T00:00:00Z. */
export const BASE_MS = 1_735_689_600_000;
export const TIMEOUT_MS = 1_800_000;
const HITS = 100_000;
const CLIENTS = 10_000;
const HITS_PER_TASK = 100;
const UNIFORM_STEP_MS = 72;
const CLIENTS_PER_STAMP_GROUP = 2_500;
const HITS_PER_CLIENT = 10;

/** What every run must end in. */
export interface EndState {
  readonly sessions: number;
  readonly hits: number;
  /** Hits of each session, where all have the same. */
  readonly hitsPerSession?: number;
}

export interface Workload {
  readonly name: 'a' | 'b' | 'c1' | 'c2';
  readonly about: string;
  /** Made anew at each call: what is not measured now should not lie in the heap. */
  readonly makeTasks: () => readonly (readonly TaskHit[])[];
  readonly lastMs: number;
  /** Whether the wheel turns after each task, or only at the end. */
  readonly ticksBetween: boolean;
  readonly end: EndState;
}

/** The generator of the baseline: mulberry32. */
const mulberry32 = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const SEED = 20_260_101;

interface Drawn {
  readonly client: number;
  readonly atMs: number;
}

const NONE = Object.freeze({});

const hitOf = (index: number, { client, atMs }: Drawn, ip: string, body: Uint8Array): Hit => ({
  id: `h${String(index)}`,
  namespace: '',
  propertyId: 'p',
  clientId: `c${String(client)}`,
  eventName: '',
  ip,
  host: '',
  path: '',
  method: '',
  receivedAtMs: atMs,
  requestSeq: index % HITS_PER_TASK,
  queryParams: NONE,
  headers: NONE,
  body,
  metadata: NONE,
});

const tasksOf = (draw: (index: number) => Drawn, ipOf: (client: number) => string, bodyBytes: number): TaskHit[][] => {
  const body = Buffer.alloc(bodyBytes, 'x');
  const tasks: TaskHit[][] = [];
  for (let index = 0; index < HITS; index += 1) {
    const drawn = draw(index);
    if (index % HITS_PER_TASK === 0) tasks.push([]);
    tasks.at(-1)?.push({ hit: hitOf(index, drawn, ipOf(drawn.client), body) });
  }
  return tasks;
};

const uniform = (): ((index: number) => Drawn) => {
  const random = mulberry32(SEED);
  return index => ({ client: Math.floor(random() * CLIENTS), atMs: BASE_MS + UNIFORM_STEP_MS * index });
};

const ownIp = (client: number): string => `own-c${String(client)}`;

const groupOf = (index: number): number => Math.floor(index / HITS_PER_CLIENT);

const burst =
  (spreadMsOf: (client: number) => number) =>
  (index: number): Drawn => ({
    client: groupOf(index),
    atMs: BASE_MS + 1_000 * (index % HITS_PER_CLIENT) + spreadMsOf(groupOf(index)),
  });

const atOnce = burst(() => 0);
const spread = burst(client => 1_000 * Math.floor(client / HITS_PER_CLIENT));

const CLOSES: EndState = { sessions: 10_000, hits: HITS, hitsPerSession: HITS_PER_CLIENT };

/** The four workloads of the baseline; each hit with a body of so many bytes. */
export const workloads = (bodyBytes: number): readonly Workload[] => {
  const uniformLastMs = BASE_MS + UNIFORM_STEP_MS * (HITS - 1);
  const burstLastMs = BASE_MS + 1_000 * (HITS_PER_CLIENT - 1);
  return [
    {
      name: 'a',
      about: 'uniform, two hours',
      makeTasks: () => tasksOf(uniform(), ownIp, bodyBytes),
      lastMs: uniformLastMs,
      ticksBetween: true,
      end: { sessions: 15_310, hits: HITS },
    },
    {
      name: 'b',
      about: 'four clients per stamp',
      makeTasks: () => tasksOf(uniform(), client => `s${String(client % CLIENTS_PER_STAMP_GROUP)}`, bodyBytes),
      lastMs: uniformLastMs,
      ticksBetween: true,
      end: { sessions: 2_504, hits: HITS },
    },
    {
      name: 'c1',
      about: 'close, one bucket',
      makeTasks: () => tasksOf(atOnce, ownIp, bodyBytes),
      lastMs: burstLastMs,
      ticksBetween: false,
      end: CLOSES,
    },
    {
      name: 'c2',
      about: 'close, spread',
      makeTasks: () => tasksOf(spread, ownIp, bodyBytes),
      lastMs: burstLastMs + 1_000 * Math.floor((CLIENTS - 1) / HITS_PER_CLIENT),
      ticksBetween: false,
      end: CLOSES,
    },
  ];
};
