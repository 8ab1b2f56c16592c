import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';

/** One request to a web site, as the file has it. */
export interface WebHit {
  /** `hits-web-<line>`, the titles being line 1: 19 rows are identical, so nothing else tells them apart. */
  readonly id: string;
  readonly visitor: string;
  /** Epoch milliseconds. */
  readonly timeMs: number;
  /** RFC 3339, as in the file. */
  readonly time: string;
  /** Hash of the user agent. */
  readonly agent: string;
  readonly method: string;
  readonly path: string;
}

interface Row {
  readonly time: string;
  readonly visitor: string;
  readonly agent: string;
  readonly method: string;
  readonly path: string;
}

const FIRST_LINE = 2;

/** The requests of the sample file, in the order of the file, which is not that of time. */
export const readHits = async (file: string): Promise<readonly WebHit[]> => {
  const rows: Row[] = parse(await readFile(file), { columns: true });
  return rows.map(({ time, visitor, agent, method, path }, index) => ({
    id: `hits-web-${String(index + FIRST_LINE)}`,
    visitor,
    timeMs: Date.parse(time),
    time,
    agent,
    method,
    path,
  }));
};

/** The same requests in the order of time; those of one instant stay as they were. */
export const inOrderOfTime = (hits: readonly WebHit[]): readonly WebHit[] => [...hits].sort((left, right) => left.timeMs - right.timeMs);
