import type { Hit } from '../hit/hit.js';
import { CLICK_IDS, KNOWN_SOURCES, type KnownSource, type Medium } from './known-sources.js';
import { campaignParameterOf, referrerOf, urlOf } from './page.js';

/** Where a visitor came from, as far as it can be guessed. */
export interface Source {
  readonly source: string;
  readonly medium: Medium;
  /** What was searched for; null where nobody says. */
  readonly term: string | null;
}

const DIRECT: Source = { source: 'direct', medium: 'direct', term: null };

/** Guessed from the very first hit of a session: its click ids, else the host it was referred by (sessions §13.3). */
export const sourceOf = (first: Hit): Source => clickedSource(first) ?? referringSource(first) ?? DIRECT;

/** Values by the parameter that brought them; those that are not there are left out. */
export const clickIdsOf = (hit: Hit): Readonly<Record<string, string>> => presentParameters(hit, Object.keys(CLICK_IDS));

export const presentParameters = (hit: Hit, names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    names.flatMap(name => {
      const value = campaignParameterOf(hit, name);
      return value === null ? [] : [[name, value]];
    }),
  );

const clickedSource = (hit: Hit): Source | null => {
  for (const [parameter, source] of Object.entries(CLICK_IDS)) {
    if (campaignParameterOf(hit, parameter) !== null) return { source, medium: 'paid', term: null };
  }
  return null;
};

const referringSource = (hit: Hit): Source | null => {
  const referrer = urlOf(referrerOf(hit) ?? '');
  if (referrer === null || referrer.hostname === '') return null;
  const host = referrer.hostname.toLowerCase();
  for (const [medium, sources] of KNOWN_SOURCES) {
    const known = sources.find(({ hosts }) => hosts.some(entry => isHostOf(host, entry)));
    if (known !== undefined) return { source: known.source, medium, term: termOf(referrer, known) };
  }
  return { source: host, medium: 'referral', term: null };
};

/** One part of two or more letters, or two such as `co.uk`. */
const TOP_LEVEL = /^[a-z]{2,}(?:\.[a-z]{2})?$/;
const ANY_TOP_LEVEL = '.*';

const isHostOf = (host: string, entry: string): boolean => {
  if (!entry.endsWith(ANY_TOP_LEVEL)) return host === entry || host.endsWith(`.${entry}`);
  const name = entry.slice(0, -ANY_TOP_LEVEL.length + 1);
  const start = `.${host}`.lastIndexOf(`.${name}`);
  return start !== -1 && TOP_LEVEL.test(host.slice(start + name.length));
};

const termOf = ({ searchParams }: URL, { termParameters = [] }: KnownSource): string | null => {
  for (const parameter of termParameters) {
    const term = searchParams.get(parameter);
    if (term !== null && term !== '') return term;
  }
  return null;
};
