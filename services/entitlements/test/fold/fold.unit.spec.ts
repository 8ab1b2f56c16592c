import { DAY_MS, HOUR_MS, MINUTE_MS, parseInterval, SECOND_MS } from '@drawdown/calendar';
import type { StoredMessage } from '@drawdown/eventlog';
import { formatQuantity, parseQuantity } from '@drawdown/quantity';
import fc from 'fast-check';
import { at, createEntitlement, createGrant } from '../customer/given.js';
import { CUSTOMER, NAMESPACE, textOf, World, type TestEvent } from './world.js';

const START = at('10T00:00:00');
const KEY = { namespace: NAMESPACE, customer: CUSTOMER };

const begun = async (): Promise<World> => {
  const world = new World();
  await world.command(START, 'c1', createEntitlement({ usagePeriod: { interval: parseInterval('P1D') } }));
  await world.command(
    START,
    'c2',
    createGrant({ effectiveAt: START, amount: parseQuantity('100'), recurrence: { interval: parseInterval('P1D') } }),
  );
  return world;
};

/** Balance at an instant as an owner answers it that has folded everything. */
const balanceAt = async (world: World, when: number): Promise<string> => {
  const owner = world.ownerOver(world.newDocuments());
  await world.apply(owner, world.ledger);
  await world.apply(owner, world.usage);
  const account = await owner.accounts.require(KEY);
  const [entitlement] = account.customer.entitlements;
  if (entitlement === undefined) throw new Error('the customer has no entitlement');
  return formatQuantity(account.usageOf(entitlement).balanceAt(entitlement, when).readAt(when).balance);
};

describe('exactly once', () => {
  it('counts an event once, in one envelope, in several, and read again', async () => {
    const world = await begun();
    const event = { id: 'a', at: START + MINUTE_MS, tokens: '30' };
    world.publish(START + MINUTE_MS, [event, event]);
    world.publish(START + 2 * MINUTE_MS, [event]);
    expect(await balanceAt(world, START + HOUR_MS)).toBe('70');
    expect(world.effects).toEqual(['COUNTED', 'DUPLICATE', 'DUPLICATE']);
  });

  it('keeps the first of two events with one id and other content', async () => {
    const world = await begun();
    world.publish(START + MINUTE_MS, [{ id: 'a', at: START, tokens: '30' }]);
    world.publish(START + MINUTE_MS, [{ id: 'a', at: START, tokens: '31' }]);
    expect(await balanceAt(world, START + HOUR_MS)).toBe('70');
    expect(world.effects).toEqual(['COUNTED', 'MISMATCH']);
  });

  it('counts the id again once it is older than ids are remembered', async () => {
    const world = await begun();
    const later = START + 398 * DAY_MS;
    world.publish(START, [{ id: 'a', at: START, tokens: '30' }]);
    world.publish(later, [{ id: 'a', at: later, tokens: '30' }]);
    expect(await balanceAt(world, later + MINUTE_MS)).toBe('70');
    expect(world.effects).toEqual(['COUNTED', 'COUNTED']);
  });
});

describe('a cancellation', () => {
  it('equals never having had the event, before and after it', async () => {
    const world = await begun();
    world.publish(START, [{ id: 'a', at: START, tokens: '30' }]);
    world.publish(START, [{ id: 'x', at: START, cancels: 'a' }]);
    world.publish(START, [{ id: 'y', at: START, cancels: 'b' }]);
    world.publish(START, [{ id: 'b', at: START, tokens: '20' }]);
    expect(await balanceAt(world, START + HOUR_MS)).toBe('100');
  });

  it('keeps the first of two with one id, and may have the id of what it takes back', async () => {
    const world = await begun();
    world.publish(START, [
      { id: 'a', at: START, tokens: '30' },
      { id: 'b', at: START, tokens: '20' },
      { id: 'a', at: START, cancels: 'a' },
      { id: 'a', at: START, cancels: 'b' },
    ]);
    expect(await balanceAt(world, START + HOUR_MS)).toBe('80');
  });

  it('takes back once, however often it is asked', async () => {
    const world = await begun();
    world.publish(START, [
      { id: 'a', at: START, tokens: '30' },
      { id: 'b', at: START, tokens: '20' },
      { id: 'x', at: START, cancels: 'a' },
      { id: 'y', at: START, cancels: 'a' },
    ]);
    expect(await balanceAt(world, START + HOUR_MS)).toBe('80');
  });
});

describe('a late event', () => {
  const late = START + 30 * HOUR_MS;

  it('counts at its own time inside the late window, and is announced once', async () => {
    const world = await begun();
    const owner = world.ownerOver(world.newDocuments(), 0);
    world.publish(late, [{ id: 'a', at: late - 2 * HOUR_MS, tokens: '30' }]);
    world.nowMs = late;
    await world.apply(owner, world.ledger);
    await world.apply(owner, world.usage);
    expect(world.corrections).toEqual([
      {
        type: 'balance-corrected',
        entitlementId: 'e1',
        from: late - 2 * HOUR_MS,
        before: parseQuantity('100'),
        after: parseQuantity('70'),
        usageSequence: 1,
      },
    ]);
    const again = world.ownerOver(world.newDocuments(), 0);
    await world.apply(again, world.ledger);
    await world.apply(again, world.usage);
    expect(world.corrections).toHaveLength(1);
  });

  it('changes no balance of today where its day has been refilled since, so nothing is announced', async () => {
    const world = await begun();
    const owner = world.ownerOver(world.newDocuments(), 0);
    world.publish(late, [{ id: 'a', at: START + HOUR_MS, tokens: '30' }]);
    world.nowMs = late;
    await world.apply(owner, world.ledger);
    await world.apply(owner, world.usage);
    expect(world.corrections).toEqual([]);
    expect(await balanceAt(world, START + 2 * HOUR_MS)).toBe('70');
  });

  it('beyond the window is booked when it came, or not at all, as the entitlement says', async () => {
    const arrived = START + 8 * DAY_MS + HOUR_MS;
    const balances = new Map<string, string>();
    for (const beyond of ['book-now', 'reject'] as const) {
      const world = new World();
      const lateness = { lateAfterMs: HOUR_MS, lateWindowMs: 7 * DAY_MS, beyond };
      await world.command(START, 'c1', createEntitlement({ usagePeriod: { interval: parseInterval('P1D') }, lateness }));
      await world.command(START, 'c2', createGrant({ effectiveAt: START, recurrence: { interval: parseInterval('P1D') } }));
      world.publish(arrived, [{ id: 'a', at: START + HOUR_MS / 2, tokens: '30' }]);
      balances.set(beyond, await balanceAt(world, arrived + MINUTE_MS));
    }
    expect(Object.fromEntries(balances)).toEqual({ 'book-now': '70', reject: '100' });
  });
});

describe('whatever the order, the documents say the same (design §4.6)', () => {
  const event: fc.Arbitrary<TestEvent & { readonly delay: number }> = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    at: fc.integer({ min: 0, max: 3 * 24 * 60 }).map(minute => START + minute * MINUTE_MS),
    tokens: fc.constantFrom('1', '12.5', '0.000000000001', '70'),
    delay: fc.constantFrom(0, SECOND_MS, HOUR_MS, HOUR_MS + SECOND_MS, 5 * HOUR_MS, 8 * DAY_MS),
  });
  const cancellation = fc.record({
    id: fc.uuid(),
    cancels: fc.constantFrom('a', 'b', 'c'),
    at: fc.constant(START),
    delay: fc.constant(3 * DAY_MS),
  });
  const story = fc.array(
    fc.array(fc.oneof({ weight: 5, arbitrary: event }, { weight: 1, arbitrary: cancellation }), { minLength: 1, maxLength: 4 }),
    {
      minLength: 1,
      maxLength: 12,
    },
  );

  const told = async (envelopes: readonly (readonly (TestEvent & { readonly delay: number })[])[]): Promise<World> => {
    const world = await begun();
    let arrivedAt = START;
    for (const events of envelopes) {
      arrivedAt = Math.max(arrivedAt, ...events.map(({ at: when, delay }) => when + delay));
      world.publish(arrivedAt, events);
    }
    await world.command(arrivedAt, 'c3', createGrant({ grantId: 'g2', effectiveAt: arrivedAt, amount: parseQuantity('40'), priority: 0 }));
    await world.command(arrivedAt + MINUTE_MS, 'c4', { type: 'reset-usage', entitlement: 'tokens', retainAnchor: true });
    return world;
  };

  const foldedInOrder = async (world: World): Promise<string> => {
    const documents = world.newDocuments();
    const owner = world.ownerOver(documents);
    await world.apply(owner, world.ledger);
    await world.apply(owner, world.usage);
    return textOf(documents);
  };

  it('folds any interleaving of the two streams, in batches of any size', async () => {
    await fc.assert(
      fc.asyncProperty(story, fc.infiniteStream(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 4 }))), async (envelopes, choices) => {
        const world = await told(envelopes);
        const documents = world.newDocuments();
        const owner = world.ownerOver(documents);
        const waiting: { usage: readonly StoredMessage[]; ledger: readonly StoredMessage[] } = { usage: world.usage, ledger: world.ledger };
        for (const [isUsage, size] of choices) {
          const stream = (isUsage && waiting.usage.length > 0) || waiting.ledger.length === 0 ? 'usage' : 'ledger';
          await world.apply(owner, waiting[stream].slice(0, size));
          waiting[stream] = waiting[stream].slice(size);
          if (waiting.usage.length + waiting.ledger.length === 0) break;
        }
        expect(textOf(documents)).toBe(await foldedInOrder(world));
      }),
      { numRuns: 60 },
    );
  });

  it('folds an entitlement that comes after its usage and after a restart', async () => {
    const world = new World();
    const early = START - 3 * DAY_MS;
    world.publish(early, [{ id: 'a', at: early, tokens: '30' }]);
    await world.command(
      START,
      'c1',
      createEntitlement({ measureUsageFrom: early, usagePeriod: { interval: parseInterval('P1M'), anchor: early } }),
    );
    await world.command(START, 'c2', createGrant({ effectiveAt: early }));
    const documents = world.newDocuments();
    await world.apply(world.ownerOver(documents), world.usage);
    await world.apply(world.ownerOver(documents), world.ledger);
    expect(textOf(documents)).toBe(await foldedInOrder(world));
    expect(textOf(documents)).toContain('"balance":"70"');
  });

  it('reads everything again over what is stored, from any place, and changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(story, fc.nat(), async (envelopes, place) => {
        const world = await told(envelopes);
        const documents = world.newDocuments();
        const first = world.ownerOver(documents);
        await world.apply(first, world.ledger.slice(0, 2));
        await world.apply(first, world.usage.slice(0, place % (world.usage.length + 1)));
        const second = world.ownerOver(documents);
        await world.apply(second, world.usage);
        await world.apply(second, world.ledger);
        expect(textOf(documents)).toBe(await foldedInOrder(world));
      }),
      { numRuns: 60 },
    );
  });
});
