import fc from 'fast-check';
import { hitValuesOf, referrerOf, sessionValuesOf, sourceOf, type Hit, type HitValues } from '../../src/domain/index.js';
import { hitOf } from './support/hits.js';

const T = Date.parse('2025-01-01T12:00:00Z');

/** A page view of `/name` at a second. */
const view = (name: string, second: number, changes: Partial<Hit> = {}): Hit =>
  hitOf({ id: `${name}@${String(second)}`, path: `/${name}`, receivedAtMs: T + second * 1_000, ...changes });
/** Anything else that happens on `/name`. */
const click = (name: string, second: number, changes: Partial<Hit> = {}): Hit => view(name, second, { eventName: 'click', ...changes });
const tagged = (parameters: Readonly<Record<string, string>>): Partial<Hit> => ({
  queryParams: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [value]])),
});

describe('values of a session (sessions §13.3)', () => {
  const values = (...hits: Hit[]) => sessionValuesOf(hits, null);

  it('are named by its first hit and counted in whole seconds', () => {
    const hits = [view('a', 0.9, { clientId: 'c1' }), click('a', 3.2, { clientId: 'c2' })];
    expect(sessionValuesOf(hits, 'user_id_changed')).toMatchObject({
      sessionId: 'a@0.9',
      clientId: 'c1',
      splitCause: 'user_id_changed',
      firstEventAtSeconds: T / 1_000,
      lastEventAtSeconds: T / 1_000 + 3,
      durationSeconds: 3,
      totalEvents: 2,
    });
    expect(values(view('a', 5)).durationSeconds).toBe(0);
  });

  it('are an error without hits or with a negative duration', () => {
    expect(() => values()).toThrow(RangeError);
    expect(() => values(view('a', 1), view('b', 0))).toThrow(RangeError);
  });

  it('count page views, and distinct pages among them', () => {
    expect(values(view('a', 0), click('x', 1), view('b', 2), view('a', 3))).toMatchObject({
      pageViews: 3,
      uniquePageViews: 2,
      isBounced: false,
    });
    expect(values(click('a', 0), view('a', 1), click('a', 2))).toMatchObject({ pageViews: 1, isBounced: true });
    expect(values(click('a', 0))).toMatchObject({ pageViews: 0, uniquePageViews: 0, isBounced: false });
  });

  it('name the first, second and last page, where they exist', () => {
    const titled = view('b', 2, tagged({ page_title: 'B' }));
    expect(values(click('x', 0), view('a', 1), titled, view('c', 3), click('y', 4))).toMatchObject({
      entryPage: { location: 'shop.example/a', title: '' },
      secondPage: { location: 'shop.example/b', title: 'B' },
      exitPage: { location: 'shop.example/c', title: '' },
    });
    expect(values(view('a', 0))).toMatchObject({
      entryPage: { location: 'shop.example/a' },
      secondPage: null,
      exitPage: { location: 'shop.example/a' },
    });
    expect(values(click('a', 0))).toMatchObject({ entryPage: null, secondPage: null, exitPage: null });
  });

  it('take the campaign and click ids of the first page view, whatever came before it', () => {
    const before = click('a', 0, tagged({ utm_campaign: 'early', gclid: '1' }));
    const entry = view('a', 1, tagged({ utm_campaign: 'c', utm_source: 's', utm_term: '', msclkid: '2' }));
    const later = view('b', 2, tagged({ utm_campaign: 'late', fbclid: '3' }));
    expect(values(before, entry, later)).toMatchObject({ campaign: { utm_campaign: 'c', utm_source: 's' }, clickIds: { msclkid: '2' } });
    expect(values(before)).toMatchObject({ campaign: {}, clickIds: {} });
  });

  it('find them in the address of a tracked page too', () => {
    const tracked = view('collect', 0, tagged({ dl: 'https://shop.example/a?utm_campaign=c&gclid=1', dt: 'A' }));
    expect(values(tracked)).toMatchObject({
      campaign: { utm_campaign: 'c' },
      clickIds: { gclid: '1' },
      entryPage: { location: 'https://shop.example/a?utm_campaign=c&gclid=1', title: 'A' },
    });
  });

  it('guess referrer and source from the very first hit', () => {
    const first = click('a', 0, tagged({ dr: 'https://www.bing.com/search?q=shoes' }));
    expect(values(first, view('a', 1, tagged({ gclid: '1' })))).toMatchObject({
      referrer: 'https://www.bing.com/search?q=shoes',
      source: 'bing',
      medium: 'search',
      term: 'shoes',
    });
  });

  it('take the device from the client with most hits, of equals the one that came first', () => {
    const of = (clientId: string, second: number) => view('a', second, { clientId });
    expect(values(of('c1', 0), of('c2', 1), of('c2', 2)).deviceHit).toMatchObject({ clientId: 'c2', receivedAtMs: T + 1_000 });
    expect(values(of('c1', 0), of('c2', 1), of('c2', 2), of('c1', 3)).deviceHit).toMatchObject({ clientId: 'c1', receivedAtMs: T });
  });
});

describe('the referrer', () => {
  const referer = { headers: { referer: ['https://a.example/'] } };

  it('is what the tracker says, else the header of the request', () => {
    expect(referrerOf(view('a', 0, { ...referer, ...tagged({ page_referrer: 'https://b.example/' }) }))).toBe('https://b.example/');
    expect(referrerOf(view('a', 0, referer))).toBe('https://a.example/');
    expect(referrerOf(view('a', 0))).toBeNull();
  });

  it('is not the header of a tracker’s own request, which names the page', () => {
    expect(referrerOf(view('collect', 0, { ...referer, ...tagged({ dl: 'https://a.example/' }) }))).toBeNull();
  });
});

describe('source and medium', () => {
  const from = (referrer: string, changes: Partial<Hit> = {}) => {
    const { source, medium, term } = sourceOf(hitOf({ headers: { Referer: [referrer] }, ...changes }));
    return `${medium} ${source}${term === null ? '' : ` "${term}"`}`;
  };

  it.each([
    ['https://www.youtube.com/watch?v=1', 'video youtube'],
    ['https://mail.google.com/', 'email gmail'],
    ['android-app://com.google.android.gm/', 'email gmail'],
    ['https://en.wikipedia.org/wiki/Shoe', 'referral wikipedia'],
    ['https://t.co/abc', 'social x'],
    ['https://www.pinterest.co.uk/pin/1', 'social pinterest'],
    ['https://gemini.google.com/app', 'ai gemini'],
    ['https://www.google.co.uk/', 'search google'],
    ['https://WWW.GOOGLE.COM/search?q=red+shoes', 'search google "red shoes"'],
    ['https://duckduckgo.com/?q=', 'search duckduckgo'],
    ['https://www.baidu.com/s?word=x', 'search baidu "x"'],
    ['https://google.evil.example/', 'referral google.evil.example'],
    ['https://notgoogle.com/', 'referral notgoogle.com'],
    ['https://nett.co/', 'referral nett.co'],
    ['https://blog.example/post', 'referral blog.example'],
    ['not an address', 'direct direct'],
    ['about:blank', 'direct direct'],
    ['', 'direct direct'],
  ])('%s is %s', (referrer, expected) => {
    expect(from(referrer)).toBe(expected);
  });

  it.each([
    ['gclid', 'google'],
    ['gbraid', 'google'],
    ['wbraid', 'google'],
    ['dclid', 'google'],
    ['msclkid', 'bing'],
    ['fbclid', 'facebook'],
    ['ttclid', 'tiktok'],
    ['twclid', 'x'],
    ['li_fat_id', 'linkedin'],
    ['yclid', 'yandex'],
  ])('%s says %s, whoever referred', (parameter, source) => {
    expect(from('https://www.youtube.com/', tagged({ [parameter]: '1' }))).toBe(`paid ${source}`);
    expect(from('https://www.youtube.com/', tagged({ [parameter]: '' }))).toBe('video youtube');
  });
});

describe('values of hits (sessions §13.3)', () => {
  const column = <K extends keyof HitValues>(name: K, ...hits: Hit[]): HitValues[K][] => hitValuesOf(hits).map(values => values[name]);

  it('number hits and pages', () => {
    const hits = [view('a', 0), click('a', 1), view('b', 2), click('c', 3), view('a', 4), view('a', 5)];
    expect(column('hitNumber', ...hits)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(column('pageNumber', ...hits)).toEqual([0, 0, 1, 2, 3, 3]);
  });

  it('keep the page number where a hit names no location', () => {
    expect(column('pageNumber', view('a', 0), click('', 1, { host: '', path: '' }), view('a', 2), view('b', 3))).toEqual([0, 0, 0, 1]);
  });

  it('measure the time on a page from page view to page view, the last until the last hit', () => {
    expect(column('timeOnPageSeconds', view('a', 0), click('a', 1), view('b', 5), click('b', 7), click('b', 9))).toEqual([5, 5, 4, 4, 4]);
    expect(column('timeOnPageSeconds', view('a', 3))).toEqual([0]);
  });

  it('count an opening run without a page view as a page', () => {
    expect(column('timeOnPageSeconds', click('a', 0), click('a', 1), view('a', 4), view('b', 10))).toEqual([4, 4, 6, 0]);
    expect(column('timeOnPageSeconds', click('a', 0), click('a', 7))).toEqual([7, 7]);
  });

  it('take whole seconds', () => {
    expect(column('timeOnPageSeconds', view('a', 0.9), view('b', 2.1))).toEqual([2, 0]);
  });

  it('mark the first, the last and the only page view', () => {
    const hits = [click('a', 0), view('a', 1), view('b', 2), click('b', 3)];
    expect(column('isEntry', ...hits)).toEqual([false, true, false, false]);
    expect(column('isExit', ...hits)).toEqual([false, false, true, false]);
    expect(column('isBounce', ...hits)).toEqual([false, false, false, false]);
    expect(column('isBounce', click('a', 0), view('a', 1), click('a', 2))).toEqual([false, true, false]);
    expect(column('isBounce', click('a', 0))).toEqual([false]);
  });

  it('name the different pages before and after, over hits that are no page views', () => {
    const hits = [click('x', 0), view('a', 1), click('y', 2), view('a', 3), view('b', 4), click('b', 5), view('a', 6)];
    const [a, b] = ['shop.example/a', 'shop.example/b'];
    expect(column('previousPage', ...hits)).toEqual([null, null, null, null, a, a, b]);
    expect(column('nextPage', ...hits)).toEqual([a, b, b, b, a, a, null]);
  });

  it('are one per hit, whatever happens', () => {
    const anyHits = fc.array(fc.record({ name: fc.constantFrom('a', 'b', ''), isView: fc.boolean(), gap: fc.nat({ max: 100 }) }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(anyHits, steps => {
        let second = 0;
        const hits = steps.map(({ name, isView, gap }) => (isView ? view : click)(name, (second += gap)));
        const values = hitValuesOf(hits);
        expect(values.map(({ hitNumber }) => hitNumber)).toEqual(hits.map((_, index) => index));
        expect(values.filter(({ isEntry }) => isEntry).length).toBe(steps.some(({ isView }) => isView) ? 1 : 0);
        const onPages = values.filter((_, index) => index === 0 || hits[index]?.eventName === 'page_view');
        expect(onPages.reduce((sum, { timeOnPageSeconds }) => sum + timeOnPageSeconds, 0)).toBe(
          sessionValuesOf(hits, null).durationSeconds,
        );
      }),
    );
  });
});
