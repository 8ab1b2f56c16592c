import { readFileSync } from 'node:fs';
import { HIT_LIMITS } from '../../src/adapters/jetstream/hit-wire.js';
import { onlyHit, stored, SUBJECTS } from './message.js';

const page = readFileSync(new URL('../../../../docs/events.md', import.meta.url), 'utf8');
const hits = page.slice(page.indexOf('\n# Hits\n'));

describe('docs/events.md', () => {
  it('shows a hit that is read as it stands there', () => {
    const [, text = ''] = /```json\n([^]*?)```/.exec(hits) ?? [];
    const arrivedMs = Date.parse('2026-01-31T12:00:01Z');
    const message = { ...stored(SUBJECTS.hitsStored('demo', 'shop', 'cookie-7'), text), timeMs: arrivedMs };
    expect(onlyHit(message)).toMatchObject({
      id: 'hit-1',
      namespace: 'demo',
      userId: 'u-42',
      path: '/cart',
      queryParams: { utm_campaign: ['spring'] },
      receivedAtMs: Date.parse('2026-01-31T12:00:00.250Z'),
    });
  });

  it('names every reason and the limits', () => {
    const source = readFileSync(new URL('../../src/adapters/jetstream/hit-message.ts', import.meta.url), 'utf8');
    const problems = readFileSync(new URL('../../src/adapters/jetstream/hit-problem.ts', import.meta.url), 'utf8');
    const reasons = new Set([...`${source}${problems}`.matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g)].map(([, reason = '']) => reason));
    expect(reasons.size).toBeGreaterThan(10);
    expect([...reasons].filter(reason => !hits.includes(`\`${reason}\``))).toEqual([]);
    expect(hits).toContain(`Ids and names: ${String(HIT_LIMITS.idBytesMax)} bytes; a stamp: ${String(HIT_LIMITS.stampBytesMax)}.`);
  });
});
