import type { ValueLists } from './hit.js';

/** First value of each header, in the order asked, empty where it is missing. Names are the same in any case. */
export const headerValues = (headers: ValueLists, names: readonly string[]): readonly string[] => {
  const byName = new Map<string, string>();
  for (const [name, values] of Object.entries(headers)) {
    const lowerCased = name.toLowerCase();
    if (!byName.has(lowerCased)) byName.set(lowerCased, values[0] ?? '');
  }
  return names.map(name => byName.get(name.toLowerCase()) ?? '');
};
