import { isRefusal } from '@drawdown/errors';
import { filtering, filtersOf, modified, verdictOn, withFiltersNoted, type FilterSettings, type Hit } from '../../src/domain/index.js';
import { hitOf } from './support/hits.js';
import { reasonOf } from './support/reason-of.js';

const filter = (expression: string, changes: Partial<FilterSettings> = {}): FilterSettings => ({
  name: 'f',
  action: 'exclude',
  mode: 'live',
  expression,
  ...changes,
});

const isExcluded = (expression: string, changes: Partial<Hit> = {}): boolean =>
  !verdictOn(hitOf(changes), filtersOf([filter(expression)])).isKept;

describe('an expression', () => {
  const hit = hitOf({
    path: '/Shop/a+b',
    ip: '203.0.113.77',
    userId: 'u1',
    platform: 'tv',
    queryParams: { n: ['41', '2'], utm_source: ['mail'] },
    headers: { 'User-Agent': ['Googlebot/2.1'] },
    metadata: { protocol: 'x' },
  });

  it.each([
    ['eventName == "page_view"', true],
    ['eventName != "page_view"', false],
    ['userId == "u1" && clientId == "visitor" && platform == "tv"', true],
    ['userId == "u2" || !(host == "shop.example")', false],
    ['sessionStamp == "" && sessionId == ""', true],
    ['method in ["GET", "HEAD"]', true],
    ['path.contains("/a+")', true],
    ['path.startsWith("/Shop") && !path.endsWith("c")', true],
    ['path.lowerAscii() == "/shop/a+b"', true],
    ['path.matches("^/[A-Z][a-z]+/a[+]b$")', true],
    ['headers.get("user-agent").matches("(?i)googlebot|bingbot")', true],
    ['query.get("utm_source") == "mail" && query.get("absent") == ""', true],
    ['query.get("__proto__") == "" && metadata.get("constructor") == ""', true],
    ['metadata.get("protocol") + "y" == "xy"', true],
    ['int(query.get("n")) * 2 + 1 - 3 == 80 && int(query.get("n")) % 2 == 1', true],
    ['double(query.get("n")) / 2.0 > 20.0', true],
    ['int(receivedAtMs) >= 1735732800000', true],
    ['size(path) > 5 ? path.size() == 9 : false', true],
    ['inCidr(ip, "203.0.113.0/24")', true],
    ['inCidr(ip, "198.51.100.0/24")', false],
    ['inCidr(ip, "203.0.113.0")', false],
    ['inCidr(ip, "nonsense/8")', false],
    ['inCidr("nonsense", "203.0.113.0/24")', false],
    ['inCidr("", "0.0.0.0/0")', false],
    ['inCidr(ip, "::/0")', false],
    ['inCidr("2001:db8::1", "2001:db8::/32")', true],
    ['inCidr("2001:db9::1", "2001:db8::/32")', false],
    ['inCidr("::ffff:203.0.113.77", "203.0.113.0/24")', true],
  ])('%s is %s', (expression, expected) => {
    expect(isExcluded(expression, hit)).toBe(expected);
  });

  it.each([
    ['that does not parse', 'path =='],
    ['that is empty', ''],
    ['of an unknown column', 'pathname == "/"'],
    ['that is no condition', 'path'],
    ['whose types do not fit', 'path > 1'],
    ['that counts what is a text', 'receivedAtMs + 1 > 2'],
    ['of an unknown function', 'timestamp(path) == timestamp(path)'],
    ['of an unknown method', 'path.split("/") == []'],
    ['with a macro', '[1, 2].exists(i, i > 1)'],
    ['with a binding', 'cel.bind(x, path, x == "/")'],
    ['with a selection', 'query.find == ""'],
    ['with an index', 'path[0] == "/"'],
    ['with a map', '{"a": 1} == {"a": 1}'],
    ['with a bad pattern', 'path.matches("(")'],
    ['with a look-behind', 'path.matches("(?<=a)b")'],
    ['with a repeated repetition', 'path.matches("(a{1000}){1000}")'],
    ['with a pattern that a hit brings', 'path.matches(query.get("p"))'],
    ['with a very long pattern', `path.matches("${'a'.repeat(513)}")`],
    ['that is nested too deeply', `${'!('.repeat(40)}true${')'.repeat(40)}`],
    ['with too many parts', Array.from({ length: 300 }, () => 'true').join(' && ')],
    ['with the name that patterns are bound to', 'path.matchesInLinearTime("a")'],
  ])('%s is refused when it is configured', (_, expression) => {
    expect(reasonOf(() => filtersOf([filter(expression)]))).toBe('FILTER_INVALID');
  });

  it('is refused under the name and place of its filter', () => {
    let refusal: unknown;
    try {
      filtersOf([filter('true'), filter('nonsense', { name: 'bots' })]);
    } catch (error) {
      refusal = error;
    }
    expect(isRefusal(refusal) && refusal.metadata).toEqual({ filter: 'bots', field: 'filters[1].expression' });
  });

  it('with a pattern that makes others hang takes time in proportion to the text', () => {
    expect(isExcluded('path.matches("^(a+)+$")', { path: `${'a'.repeat(16_000)}!` })).toBe(false);
  });
});

describe('filters', () => {
  const verdict = (filters: readonly FilterSettings[], changes: Partial<Hit> = {}) => verdictOn(hitOf(changes), filtersOf(filters));

  it('exclude what matches any of them', () => {
    const filters = [filter('path == "/a"'), filter('path == "/b"')];
    expect(['/a', '/b', '/c'].map(path => verdict(filters, { path }).isKept)).toEqual([false, false, true]);
  });

  it('let through only what an allow matches, if there is one', () => {
    const filters = [filter('path == "/a"', { action: 'allow' }), filter('path == "/b"', { action: 'allow' }), filter('host == "x"')];
    expect(['/a', '/b', '/c'].map(path => verdict(filters, { path }).isKept)).toEqual([true, true, false]);
    expect(verdict(filters, { path: '/a', host: 'x' }).isKept).toBe(false);
  });

  it('in test mode only note their names', () => {
    const filters = [
      filter('true', { name: 'a', mode: 'test' }),
      filter('false', { name: 'b', mode: 'test' }),
      filter('false', { name: 'c', mode: 'test', action: 'allow' }),
      filter('true', { name: 'd', mode: 'test', action: 'allow' }),
    ];
    expect(verdict(filters)).toEqual({ isKept: true, noted: ['a', 'd'] });
  });

  it('that fail at run time are passed over', () => {
    const failing = 'int(path) > 1';
    expect(verdict([filter(failing)]).isKept).toBe(true);
    expect(verdict([filter(failing, { action: 'allow' })]).isKept).toBe(true);
    expect(verdict([filter(failing, { action: 'allow' }), filter('false', { action: 'allow' })]).isKept).toBe(false);
    expect(verdict([filter(failing), filter('true')]).isKept).toBe(false);
    expect(verdict([filter('path.matches("a")')], { path: 'a'.repeat(16_385) }).isKept).toBe(true);
  });

  it('are compiled once per list', () => {
    const settings = [filter('true')];
    expect(filtersOf(settings)).toBe(filtersOf(settings));
  });

  it('take hits out of pieces, and pieces that lose all', () => {
    const noted = (hit: Hit, names: readonly string[]): Hit => withFiltersNoted(hit, names);
    const modifier = filtering(
      filtersOf([filter('path == "/a"'), filter('path == "/b"', { name: 't', mode: 'test' })]),
      (hit: Hit) => hit,
      noted,
    );
    const [a, b, c] = [hitOf({ path: '/a' }), hitOf({ path: '/b', metadata: { x: 'y' } }), hitOf({ path: '/c' })];
    const [piece, ...others] = modified([a, b, c], [modifier]);
    expect(others).toEqual([]);
    expect(piece?.hits).toEqual([{ ...b, metadata: { x: 'y', test_filters: '["t"]' } }, c]);
    expect(modified([a, a], [modifier])).toEqual([]);
    expect(modified([a], [filtering([], (hit: Hit) => hit, noted)])[0]?.hits).toEqual([a]);
  });
});
