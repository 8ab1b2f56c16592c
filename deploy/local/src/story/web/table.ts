import Table from 'cli-table3';
import type { Figures } from './figures.js';

/** Figures below each other, a column for each set of sessions. */
export const figuresTable = (columns: ReadonlyMap<string, Figures>): string => {
  const titles = [...columns.keys()];
  const table = new Table({
    head: ['', ...titles],
    colAligns: ['left', ...titles.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
  const [first] = columns.values();
  for (const name of first?.keys() ?? []) table.push([name, ...[...columns.values()].map(figures => figures.get(name) ?? '')]);
  return table.toString();
};
