import { encodeToken, PARTITIONS, partitionOf } from '@drawdown/eventlog';
import { Deployment } from './deployment.js';
import { patiently } from './eventually.js';

const KEYS = 10_000;
const PUBLISHED_AT_ONCE = 500;

let deployment: Deployment;
beforeAll(async () => {
  deployment = await Deployment.create();
});
afterAll(() => deployment.destroy());

/** Namespaces and customers of every kind that a user may choose: plain, encoded, non-ASCII, and so long that only a hash is stored. */
const keyOf = (index: number): readonly [string, string] => {
  const shapes = [`customer-${index}`, `${index}@example.org`, `Kundin ${index} ä/ö`, `顧客${index}`, '%'.repeat(90) + index];
  return [`ns-${index % 7}`, shapes[index % shapes.length] ?? ''];
};

patiently('finds the partition of 10,000 keys where the server put them', async () => {
  const keys = Array.from({ length: KEYS }, (_, index) => keyOf(index));
  for (let from = 0; from < KEYS; from += PUBLISHED_AT_ONCE) {
    const some = keys.slice(from, from + PUBLISHED_AT_ONCE);
    await Promise.all(
      some.map(([namespace, customer]) => deployment.jetstream.publish(deployment.subjects.usage(namespace, customer), '')),
    );
  }
  const { state } = await deployment.manager.streams.info(deployment.streamName('usage'), { subjects_filter: '>' });
  const placed = new Set(Object.keys(state.subjects ?? {}));
  const computed = new Set(
    keys.map(([namespace, customer]) => {
      const tokens = [encodeToken(namespace), encodeToken(customer)];
      return `${deployment.prefix}.p.usage.${partitionOf(...tokens)}.${tokens.join('.')}`;
    }),
  );
  expect(computed.size).toBe(KEYS);
  expect(placed).toEqual(computed);
  expect(new Set([...placed].map(subject => subject.split('.')[3])).size).toBe(PARTITIONS);
});
