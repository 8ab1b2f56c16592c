import { differencesOf, dumpReadModel, type ReadModelDump } from '../support/read-model-dump.js';
import { correctionsOf, type ToldCorrection } from './corrections.js';
import { inGroups, NAMESPACE, type World } from './world.js';

/** What a run came to, as far as it must be the same in every run of the same trace. */
export interface Outcome {
  readonly used: Readonly<Record<string, number>>;
  readonly answers: Readonly<Record<string, unknown>>;
  readonly corrections: readonly ToldCorrection[];
}

export const outcomeOf = async (world: World): Promise<Outcome> => ({
  used: Object.fromEntries(await world.used()),
  answers: await world.answers(),
  corrections: await correctionsOf(world.deployment, NAMESPACE),
});

/** What must come out, from the trace alone. */
export const expectedUse = ({ trace }: World): ReadonlyMap<string, number> => new Map([...trace.used].sort());

/** The documents as a service makes them that begins with nothing but the log, in another database of the same deployment. */
export const foldedAgain = async (world: World): Promise<ReadModelDump> => {
  const database = `${world.deployment.prefix}-again`;
  const replica = await world.deployment.start({ database });
  await world.use(replica);
  await world.used();
  await replica.drain();
  return dumpReadModel(world.deployment.database(database));
};

/** The trace, told to a service that nobody disturbs. */
export const undisturbedOutcome = async (twin: World, granted: readonly number[]): Promise<Outcome> => {
  await twin.use(await twin.deployment.start());
  await twin.open();
  await twin.publish(twin.trace.steps);
  await inGroups(granted, ordinal => twin.grantMore(ordinal));
  const outcome = await outcomeOf(twin);
  // Otherwise the two runs would agree on little.
  expect(outcome.corrections.length).toBeGreaterThan(0);
  return outcome;
};

/** Two dumps agree in every field of every document. */
export const expectSameDocuments = (expected: ReadModelDump, found: ReadModelDump): void => {
  const differences = differencesOf(expected, found);
  // Named one by one, because a diff of some thousands of documents says nothing.
  expect(differences.slice(0, 5).join('\n')).toBe('');
  expect(differences).toHaveLength(0);
};
