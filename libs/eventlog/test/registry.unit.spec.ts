import { eventRegistry, isUnknownEvent, type Json } from '@drawdown/eventlog';
import { refusalOf } from './setup.js';

interface GrantCreated {
  readonly type: 'GrantCreated';
  readonly amount: string;
  readonly priority: number;
}
interface Voided {
  readonly type: 'voided';
}
type Event = GrantCreated | Voided;

const TYPE = 'drawdown.testing.thing';
const object = (data: Json): Record<string, Json> => {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw new Error('not an object');
  return data as Record<string, Json>;
};

const registry = eventRegistry<Event>(TYPE, {
  GrantCreated: {
    version: 3,
    parse: data => {
      const { amount, priority } = object(data);
      if (typeof amount !== 'string' || typeof priority !== 'number') throw new Error('amount or priority is missing');
      return { type: 'GrantCreated', amount, priority };
    },
    serialize: ({ amount, priority }) => ({ amount, priority }),
    upcasters: {
      1: data => ({ amount: JSON.stringify(object(data)['credits']) }), // version 2 renamed credits and made it text
      2: data => ({ ...object(data), priority: 1 }), // version 3 added the priority
    },
  },
  voided: { name: 'grant-voided', version: 1, parse: () => ({ type: 'voided' }), serialize: () => ({}) },
});

describe('event registry', () => {
  it('names types in kebab case with their version', () => {
    expect(registry.encode({ type: 'GrantCreated', amount: '7.5', priority: 2 })).toEqual({
      type: `${TYPE}.grant-created.v3`,
      data: { amount: '7.5', priority: 2 },
    });
    expect(registry.encode({ type: 'voided' }).type).toBe(`${TYPE}.grant-voided.v1`);
  });

  it('brings every older version up to the current one', () => {
    const current = { type: 'GrantCreated', amount: '5', priority: 1 };
    expect(registry.decode(`${TYPE}.grant-created.v1`, { credits: 5 })).toEqual(current);
    expect(registry.decode(`${TYPE}.grant-created.v2`, { amount: '5' })).toEqual(current);
    expect(registry.decode(`${TYPE}.grant-created.v3`, { amount: '5', priority: 1 })).toEqual(current);
  });

  it.each([
    `${TYPE}.grant-created.v4`,
    `${TYPE}.grant-created.v0`,
    `${TYPE}.grant-created`,
    `${TYPE}.grant-moved.v1`,
    `${TYPE}.a.b.v1`,
    'drawdown.other.thing.grant-created.v1',
    'constructor',
    `${TYPE}.constructor.v1`,
  ])('keeps %s as it is', type => {
    const event = registry.decode(type, { anything: ['at', 'all'] });
    expect(isUnknownEvent(event)).toBe(true);
    expect(event).toEqual({ known: false, type, data: { anything: ['at', 'all'] } });
  });

  it('says which data of a known version cannot be read', () => {
    expect(refusalOf(() => registry.decode(`${TYPE}.grant-created.v3`, { amount: 5 }))).toMatchObject({
      reason: 'EVENT_MALFORMED',
      metadata: { type: `${TYPE}.grant-created.v3` },
    });
    expect(refusalOf(() => registry.decode(`${TYPE}.grant-created.v1`, null))).toMatchObject({ reason: 'EVENT_MALFORMED' });
  });

  it('does not come to be with a gap, a clash or a bad name', () => {
    const plain = { version: 1, parse: (): Voided => ({ type: 'voided' }), serialize: () => ({}) };
    const make =
      (definition: object): (() => unknown) =>
      () =>
        eventRegistry<Voided>(TYPE, { voided: { ...plain, ...definition } });
    expect(make({ version: 3, upcasters: { 1: (data: Json) => data } })).toThrow(/no upcaster from version 2/);
    expect(make({ version: 0 })).toThrow(/version from 1/);
    expect(make({ name: 'Not Kebab' })).toThrow(/kebab/);
    expect(() =>
      eventRegistry<Event>(TYPE, { voided: { ...plain, name: 'same' }, GrantCreated: { ...plain, name: 'same' } as never }),
    ).toThrow(/twice/);
    expect(() => registry.encode({ type: 'unheard' } as unknown as Event)).toThrow(/no event "unheard"/);
  });
});
