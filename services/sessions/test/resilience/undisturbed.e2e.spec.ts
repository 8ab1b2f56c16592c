import type { TestDeployment } from '@drawdown/testing';
import { deploySessions } from './deployment.js';
import { LiveVisitors } from './tell.js';
import { importedTrace, liveSessions } from './trace.js';
import { outcomeOf, sourcesOf, World } from './world.js';

let deployment: TestDeployment;
beforeAll(async () => {
  deployment = await deploySessions();
});
afterAll(() => deployment.close());

it('says what the trace was made of when nobody disturbs it', async () => {
  const trace = importedTrace({ seed: 1, waves: 2, clientsPerWave: 12, groupsPerWave: 8, ...sourcesOf(deployment) });
  const world = new World(deployment);
  await world.use(await deployment.start());

  await world.open();
  const visitors = new LiveVisitors(world);
  visitors.begin();
  await world.publish(trace.inTime);

  await world.untilClosed('web', trace.sessionsInTime);

  await visitors.end();
  await world.publish(trace.late);
  await world.complete(trace.lanes);

  const expected = [...trace.expected, ...liveSessions(visitors.hits)];
  expect(await world.outcome(expected)).toEqual(outcomeOf(expected));
});
