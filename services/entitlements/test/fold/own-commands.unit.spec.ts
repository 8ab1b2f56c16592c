import { parseInterval, SECOND_MS } from '@drawdown/calendar';
import { parseQuantity } from '@drawdown/quantity';
import { executeOn } from '../../src/application/commands/execute.js';
import type { CustomerCommand } from '../../src/domain/index.js';
import { at, createEntitlement, createGrant } from '../customer/given.js';
import { CUSTOMER, NAMESPACE, textOf, World } from './world.js';

const START = at('10T00:00:00');
const KEY = { namespace: NAMESPACE, customer: CUSTOMER };

/** What a fold of the whole log makes of it. */
const folded = async (world: World): Promise<string> => {
  const documents = world.newDocuments();
  const owner = world.ownerOver(documents);
  await world.apply(owner, world.ledger);
  await world.apply(owner, world.usage);
  return textOf(documents);
};

it('loses no grant when usage is stored between a command and its return through the stream, and the owner dies then', async () => {
  const world = new World();
  world.nowMs = START;
  const documents = world.newDocuments();
  const first = world.ownerOver(documents);
  const give = async (id: string, body: CustomerCommand): Promise<void> => {
    await executeOn(first, KEY, { id, createdAtMs: START, body, bodyHash: 'test' });
  };
  await give('c1', createEntitlement({ usagePeriod: { interval: parseInterval('P1D') } }));
  await give('c2', createGrant({ effectiveAt: START, amount: parseQuantity('100') }));
  world.publish(START + SECOND_MS, [{ id: 'a', at: START, tokens: '30' }]);
  await world.apply(first, world.usage);
  await world.apply(world.ownerOver(documents), world.ledger);
  expect(textOf(documents)).toContain('"balance":"70"');
  expect(textOf(documents)).toBe(await folded(world));
});
