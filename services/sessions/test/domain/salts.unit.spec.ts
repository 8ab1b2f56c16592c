import { Guard, STAMP_HEADERS_DEFAULT, type Identifier, type JoinSettings } from '../../src/domain/index.js';
import { hitOf } from './support/hits.js';

const SETTINGS: JoinSettings = {
  scope: 'property',
  joinByStamp: true,
  joinByUserId: true,
  stampHeaders: STAMP_HEADERS_DEFAULT,
  timeoutMs: 1_800_000,
  platformTimeoutsMs: {},
};
const MIDNIGHT_MS = Date.UTC(2026, 0, 2);

const stampAt = (receivedAtMs: number, salts: Readonly<Record<string, string>>): Identifier | undefined =>
  new Guard({ of: date => salts[date] }).identifiersOf(hitOf({ ip: '192.0.2.1', receivedAtMs }), SETTINGS)[0];

describe('salts of computed stamps', () => {
  const salts = { '2026-01-01': 'one', '2026-01-02': 'two' };

  it('make stamps that nobody makes without them, the same on every replica', () => {
    const stamp = stampAt(MIDNIGHT_MS, salts);
    expect(stamp).toEqual(stampAt(MIDNIGHT_MS, { ...salts }));
    expect(stamp?.hash).not.toBe(stampAt(MIDNIGHT_MS, {})?.hash);
    expect(stamp?.hash).not.toBe(stampAt(MIDNIGHT_MS, { ...salts, '2026-01-02': 'other' })?.hash);
  });

  it('are those of the day before where its stamp is looked up', () => {
    const evening = stampAt(MIDNIGHT_MS - 60_000, salts);
    expect(stampAt(MIDNIGHT_MS + 60_000, salts)?.alsoLookUp).toBe(evening?.hash);
    expect(stampAt(MIDNIGHT_MS + 60_000, { ...salts, '2026-01-01': 'gone' })?.alsoLookUp).not.toBe(evening?.hash);
  });

  it('leave explicit stamps and users alone', () => {
    const explicit = (salt: string): readonly Identifier[] =>
      new Guard({ of: () => salt }).identifiersOf(hitOf({ ip: '192.0.2.1', sessionStamp: 's', userId: 'u' }), SETTINGS);
    expect(explicit('one')).toEqual(explicit('two'));
  });
});
