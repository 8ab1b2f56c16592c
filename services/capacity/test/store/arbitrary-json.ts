import type { Json } from '@drawdown/eventlog';
import fc from 'fast-check';
import type { Shape } from '../../src/adapters/wire/codec.js';

const ELEMENTS_MAX = 3;
const ENTRIES_MAX = 6;

const bigIntegerText: fc.Arbitrary<Json> = fc
  .oneof(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), fc.bigInt({ min: 0n, max: 10_000n }))
  .map(value => String(value));

const integer = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.maxSafeInteger());

const compare = (left: Json, right: Json): number => {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : 1;
  throw new TypeError('keys are texts or numbers');
};

const recordOf = (fields: Readonly<Record<string, Shape>>): fc.Arbitrary<Json> => {
  const names = Object.keys(fields);
  const values = names.map(name => {
    const shape = fields[name] as Shape;
    return typeof shape === 'object' && 'optional' in shape ? fc.option(jsonOf(shape.optional), { nil: undefined }) : jsonOf(shape);
  });
  return fc.tuple(...values).map(row => {
    const present = names.flatMap((name, index): [string, Json][] => (row[index] === undefined ? [] : [[name, row[index]]]));
    return Object.fromEntries(present);
  });
};

/** Any JSON of a shape, as a codec of that shape writes it. */
export const jsonOf = (shape: Shape): fc.Arbitrary<Json> => {
  switch (shape) {
    case 'text':
      return fc.string({ unit: 'grapheme', maxLength: 12 });
    case 'flag':
      return fc.boolean();
    case 'integer':
      return integer;
    case 'decimal':
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0);
    case 'big-integer':
      return bigIntegerText;
  }
  if ('oneOf' in shape) return fc.constantFrom(...shape.oneOf);
  if ('optional' in shape) return jsonOf(shape.optional);
  if ('list' in shape) return fc.array(jsonOf(shape.list), { maxLength: ELEMENTS_MAX });
  if ('either' in shape) return fc.oneof(...shape.either.map(jsonOf));
  if ('record' in shape) return recordOf(shape.record);
  const [key, value] = shape.map;
  return fc
    .uniqueArray(fc.tuple(jsonOf(key), jsonOf(value)), { selector: ([name]) => name, maxLength: ENTRIES_MAX })
    .map(pairs => pairs.sort(([left], [right]) => compare(left, right)));
};
