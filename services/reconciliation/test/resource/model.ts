/** A resource as the rules of §3 and §6 describe it, written down a second time and as plainly as possible. */
export interface Model {
  state: string;
  value: number;
  attempt: number;
  cycle: number;
  max: number;
  generation: number;
  observed: number;
  requests: number;
  synced: number | null;
  due: number | null;
  errors: number;
  /** The running attempt: number of the claim, end of the lease, what it has seen. */
  held: { claim: number; until: number; requests: number; generation: number } | null;
  claims: number;
}

export type Step =
  | { do: 'inform'; value: number; max: number; quiet: boolean }
  | { do: 'list'; value: number; all: boolean }
  | { do: 'claim'; replica: number }
  | { do: 'complete'; replica: number; how: 'ok' | 'fail' | 'gone' | 'never' | 'later' | 'stop' }
  | { do: 'beat'; replica: number }
  | { do: 'invalidate' | 'expire' | 'reschedule' | 'retry' | 'clean' }
  | { do: 'wait'; ms: number };

export const TTL_MS = 20_000;
export const RETENTION_MS = 300_000;

const afresh = (m: Model, due: number): void => {
  Object.assign(m, { state: 'scheduled', cycle: 0, synced: null, due, held: null });
};

const accept = (m: Model, now: number, value: number): void => {
  const changed = m.value !== value;
  const keeps = m.cycle;
  const failed = m.state === 'failed';
  m.value = value;
  m.generation += changed ? 1 : 0;
  m.requests += 1;
  if (m.state === 'pending') return;
  afresh(m, now);
  if (failed && !changed) m.cycle = keeps;
};

const fail = (m: Model, now: number, final: boolean): void => {
  m.errors += 1;
  const rests = final || m.cycle >= m.max;
  Object.assign(m, { state: rests ? 'degraded' : 'failed', due: rests ? null : now + m.cycle ** 4 * 1_000 });
};

const take = (m: Model, now: number): string => {
  const lost = m.held;
  if (lost !== null) {
    if (now < lost.until + 2_000) return 'leased';
    m.errors += 1;
    if (m.requests > lost.requests) m.cycle = 0;
  } else if (m.due === null) return 'notClaimable';
  else if (now < m.due) return 'notDue';
  m.attempt += 1;
  m.cycle += 1;
  m.claims += 1;
  Object.assign(m, { state: 'pending', synced: null, due: null });
  m.held = { claim: m.claims, until: now + 30_000, requests: m.requests, generation: m.generation };
  if (lost === null || m.cycle <= m.max) return 'claimed';
  Object.assign(m, { state: 'degraded', held: null });
  return 'degraded';
};

const finish = (m: Model, now: number, claim: number, how: string): string => {
  if (m.held?.claim !== claim) return 'fenced';
  const { requests, generation } = m.held;
  m.held = null;
  const { cycle } = m;
  if (how === 'ok') Object.assign(m, { state: 'synced', synced: now, cycle: 0, observed: generation });
  if (how === 'fail' || how === 'never') fail(m, now, how === 'never');
  if (how === 'gone') Object.assign(m, { state: 'deleted', synced: now, errors: m.errors + 1 });
  if (how === 'later') afresh(m, now + 5_000);
  if (how === 'stop') {
    afresh(m, now);
    m.cycle = cycle - 1;
  }
  if (m.requests > requests) afresh(m, now);
  return 'accepted';
};

/** What a step answers, or null where it says nothing worth comparing; `claims` are those that each replica believes to hold. */
export const play = (
  m: Model | null,
  step: Step,
  now: number,
  claims: readonly number[],
): { model: Model | null; answer: string | null } => {
  if (m === null) {
    if (step.do === 'inform' || step.do === 'list') {
      const max = step.do === 'inform' ? step.max : 10;
      const fresh = { attempt: 0, cycle: 0, max, generation: 1, observed: 0, requests: 1, synced: null, errors: 0, held: null, claims: 0 };
      return { model: { state: 'scheduled', value: step.value, due: now, ...fresh }, answer: null };
    }
    return { model: null, answer: step.do === 'claim' ? 'gone' : step.do === 'complete' ? 'fenced' : null };
  }
  const rests = m.state === 'synced' || m.state === 'scheduled' || m.state === 'pending';
  switch (step.do) {
    case 'inform':
      if (step.quiet && m.state === 'synced' && m.value === step.value) return { model: m, answer: null };
      accept(m, now, step.value);
      m.max = step.max;
      if (m.state !== 'pending') m.cycle = 0;
      return { model: m, answer: null };
    case 'list':
      if (m.state !== 'deleted' && (step.all || m.value !== step.value || !rests)) accept(m, now, step.value);
      return { model: m, answer: null };
    case 'claim':
      return { model: m, answer: take(m, now) };
    case 'complete':
      return { model: m, answer: finish(m, now, claims[step.replica] ?? -1, step.how) };
    case 'beat':
      if (m.held?.claim === claims[step.replica]) m.held = m.held && { ...m.held, until: now + 30_000 };
      return { model: m, answer: null };
    case 'invalidate':
      if (m.state === 'synced') m.state = 'expired';
      return { model: m, answer: null };
    case 'expire':
      if (m.state === 'synced' && now - (m.synced ?? now) > TTL_MS) m.state = 'expired';
      return { model: m, answer: null };
    case 'reschedule':
      if (m.state === 'expired') afresh(m, now);
      return { model: m, answer: null };
    case 'retry':
      if (m.state === 'degraded') afresh(m, now);
      return { model: m, answer: null };
    case 'clean':
    case 'wait':
      return { model: m, answer: null };
  }
};
