import { join } from 'node:path';
import { DrawdownClient } from '@drawdown/cli';
import { Fault } from '@drawdown/errors';
import type { Stage } from '../../steps/step.js';
import { progressOf } from '../progress.js';
import { sessionDifferences } from './comparing.js';
import { figuresOf, grouped, hitsIn, secondsIn } from './figures.js';
import { groupIntoSessions, type WebSession } from './grouping.js';
import { readHits } from './hits.js';
import { createProperty, importsOf, type WebImport } from './imports.js';
import { GRANTED_SECONDS, promiseSeconds, readSeconds, SITE } from './promise.js';
import { publishImport, type Deployment } from './publishing.js';
import { readSessions } from './reading.js';
import { figuresTable } from './table.js';
import { readUntil } from '../waiting.js';

const SAMPLE = join('deploy', 'local', 'sample', 'hits-web.csv');
const DIFFERENCES_SHOWN_MAX = 20;

/** What the part about sessions needs. */
export interface WebStory {
  readonly stage: Stage;
  readonly deployment: Deployment;
  readonly entitlements: DrawdownClient;
  readonly sessions: DrawdownClient;
}

/**
 * Real requests become sessions, twice, and the sessions become usage that burns a balance down. Every session is compared with a grouping of the file
 * that shares no code with the service.
 * @throws Fault `STORY_DISAGREES` naming the first differences
 */
export const tellOfSessions = async ({ stage, deployment, entitlements, sessions }: WebStory): Promise<void> => {
  const { launch } = stage;
  const hits = await readHits(join(launch.workspace.root, SAMPLE));
  const expected = groupIntoSessions(hits);
  const imports = importsOf(hits, deployment.namespace);
  launch.say(
    `\nMore of it: ${grouped(hits.length)} requests to a web site, imported twice: as the file is, which is not in order of time, and in order.`,
  );
  const promised = await promiseSeconds(entitlements);
  for (const one of imports) await createProperty(sessions, one);
  await publishAll(stage, deployment, imports);

  const read = await Promise.all(imports.map(({ propertyId }) => closedSessions(sessions, propertyId, hits.length)));
  const columns = imports.map(({ title }, index) => [title, figuresOf(read[index] ?? [])] as const);
  launch.say(figuresTable(new Map([...columns, ['grouped by us', figuresOf(expected)]])));
  const left = await secondsLeft(entitlements, promised, String(secondsIn(expected)));
  requireAgreement([
    ...imports.flatMap(({ title }, index) => sessionDifferences(title, read[index] ?? [], expected)),
    ...(left === String(GRANTED_SECONDS - secondsIn(expected)) ? [] : [`${SITE.customer} has ${left} seconds left`]),
  ]);
  launch.say(
    `Read over gRPC: ${grouped(expected.length)} sessions, twice the same, and the same as a grouping of the file of our own. All agree.`,
  );
  launch.say(
    `Their ${grouped(secondsIn(expected))} seconds came as usage and were paid from the ${grouped(GRANTED_SECONDS)} of ${SITE.customer}: ${grouped(Number(left))} are left.`,
  );
};

const publishAll = async ({ launch }: Stage, deployment: Deployment, imports: readonly WebImport[]): Promise<void> => {
  const progress = progressOf(
    launch.say,
    'Publishing to JetStream',
    imports.reduce((sum, { hits }) => sum + hits.length, 0),
  );
  const startedAt = performance.now();
  let published = 0;
  try {
    for (const one of imports) await publishImport(deployment, one, count => progress.update((published += count)));
  } finally {
    progress.end(`${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
  }
};

/** All sessions, once every hit of the file is in exactly one of them. While an amendment is under way a hit may be counted twice. */
const closedSessions = (client: DrawdownClient, propertyId: string, hits: number): Promise<readonly WebSession[]> =>
  readUntil(
    `closed sessions of ${propertyId}`,
    () => readSessions(client, propertyId),
    sessions => hitsIn(sessions) === hits,
    sessions => `${String(hitsIn(sessions))} of ${String(hits)} hits`,
  );

/** The balance, once the usage has arrived. */
const secondsLeft = async (client: DrawdownClient, position: string, used: string): Promise<string> => {
  const left = await readUntil(
    `seconds used by ${SITE.customer}`,
    () => readSeconds(client, position),
    seconds => seconds.used === used,
    seconds => `${seconds.used} of ${used}`,
  );
  return left.balance;
};

const requireAgreement = (differences: readonly string[]): void => {
  if (differences.length === 0) return;
  const shown = differences.slice(0, DIFFERENCES_SHOWN_MAX).join('\n  ');
  throw new Fault('STORY_DISAGREES', `${String(differences.length)} figures are not what they must be:\n  ${shown}`);
};
