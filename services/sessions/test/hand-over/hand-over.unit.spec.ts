import { Fault } from '@drawdown/errors';
import { HandOver, type HandOverOptions } from '../../src/application/hand-over/hand-over.js';
import type { FrozenSession } from '../../src/application/store/session-store.js';
import type { Property } from '../../src/domain/index.js';
import { settingsOf } from '../domain/support/settings.js';

const WHEEL = { state: 3, lane: 'live' };
const PROPERTY: Property = { namespace: 'n', propertyId: 'p', settings: settingsOf({ scope: 'client' }), settingsVersion: 1 };

const frozen = (raw: readonly Buffer[]): FrozenSession => ({
  closeId: 'c',
  sessionKey: 'k',
  scope: 'client',
  namespace: 'n',
  propertyId: 'p',
  closeCause: 'inactivity',
  bucket: 100,
  firstHitId: 'h',
  startedAtMs: 1,
  lastHitAtMs: 1,
  joins: [],
  duplicateHits: 0,
  lateHits: 0,
  isLate: false,
  hardCapCloses: 0,
  answer: null,
  parts: [{ clientKey: 'k', raw, segments: [] }],
});

/** A close that is tried with this number of attempts behind it, and what becomes of it. */
const tried = async (
  attempts: number,
  given: Partial<HandOverOptions['store']>,
  raw: readonly Buffer[] = [],
): Promise<readonly string[]> => {
  const said: string[] = [];
  const handOver = new HandOver({
    store: {
      frozen: () => Promise.resolve(frozen(raw)),
      closedHeaders: () => Promise.resolve({ versions: {}, headers: new Map() }),
      assign: () => Promise.resolve({ kind: 'gone' }),
      finish: () => Promise.resolve(Boolean(said.push('finished'))),
      postpone: (_wheel, _closeId, delayMs, because) => Promise.resolve(void said.push(`postponed ${because} ${String(delayMs)}`)),
      ...given,
    },
    log: { publishClose: () => Promise.resolve() },
    parking: { park: () => Promise.resolve(void said.push('parked')) },
    propertyOf: () => Promise.resolve(PROPERTY),
    amendMs: 1_000,
    tickSeconds: 1,
    observer: { onClosed: () => undefined, onRetry: () => undefined, onNoCustomer: () => undefined, onParked: () => undefined },
  });
  await handOver.handOver(WHEEL, { closeId: 'c', attempts });
  return said;
};

const BROKEN = [Buffer.from('{')];
const fault = { assign: () => Promise.reject(new Fault('STORE_UNAVAILABLE', 'gone')) };

describe('handing over', () => {
  it('parks what is broken itself at its tenth try, and pauses longer and longer until then', async () => {
    expect(await tried(1, {}, BROKEN)).toEqual(['postponed failure 1000']);
    expect(await tried(4, {}, BROKEN)).toEqual(['postponed failure 8000']);
    expect(await tried(9, {}, BROKEN)).toEqual(['postponed failure 60000']);
    expect(await tried(10, {}, BROKEN)).toEqual(['parked']);
  });

  it('never parks for a fault of a server, and does not count the try', async () => {
    for (const attempts of [1, 10, 1_000]) expect(await tried(attempts, fault)).toEqual(['postponed fault 5000']);
  });

  it('finishes what was handed over already', async () => {
    expect(await tried(1, { frozen: () => Promise.resolve(null) })).toEqual(['finished']);
  });
});
