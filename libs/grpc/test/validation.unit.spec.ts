import { Refusal } from '@drawdown/errors';
import { Aggregation } from '@drawdown/proto';
import { MaxLength, validateSync } from 'class-validator';
import fc from 'fast-check';

import {
  AtMostOneOf,
  ExactlyOneOf,
  IsBytes,
  IsEnumValue,
  IsInstant,
  IsIntegerBetween,
  IsInterval,
  IsKey,
  IsKeys,
  IsLabels,
  IsMessage,
  IsMessages,
  IsOneOf,
  IsOptionalInstant,
  IsOptionalKey,
  IsOptionalMessage,
  IsOptionalQuantity,
  IsPageSize,
  IsQuantity,
  IsSignedQuantity,
  IsText,
  requestValidator,
} from '../src/index.js';

/** The wrong fields of a message whose only property `value` has this rule. */
const wrongFields = (rule: PropertyDecorator, value: unknown): string[] => {
  class One {
    value: unknown;
  }
  rule(One.prototype, 'value');
  try {
    requestValidator(One)({ value });
    return [];
  } catch (error) {
    if (error instanceof Refusal) return error.violations.map(({ field }) => field);
    throw error;
  }
};

const accepts = (rule: () => PropertyDecorator, values: readonly unknown[]) =>
  it.each(values.map(value => [value]))('accepts %p', value => expect(wrongFields(rule(), value)).toEqual([]));
const refuses = (rule: () => PropertyDecorator, values: readonly unknown[]) =>
  it.each(values.map(value => [value]))('refuses %p', value => expect(wrongFields(rule(), value)).toEqual(['value']));

describe('IsKey', () => {
  accepts(IsKey, ['a', 'x'.repeat(128), 'ключ', 'a b/c']);
  refuses(IsKey, ['', 'x'.repeat(129), 'é'.repeat(65), 'a\n', undefined, 7]);

  it('measures bytes of UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), key => {
        const bytes = new TextEncoder().encode(key).length;
        const hasControl = [...key].some(character => character < ' ' || character === '\u007f');
        expect(wrongFields(IsKey(), key).length === 0).toBe(bytes >= 1 && bytes <= 128 && !hasControl);
      }),
    );
  });
});

describe('IsQuantity', () => {
  accepts(IsQuantity, ['0', '1', '0.1', '9'.repeat(22), `${'9'.repeat(22)}.${'9'.repeat(12)}`, '007']);
  refuses(IsQuantity, ['', '-1', '+1', '1e3', '.5', '5.', 'NaN', 'Infinity', '9'.repeat(23), `0.${'1'.repeat(13)}`, '1,5', ' 1', 1, '１']);
});
describe('IsSignedQuantity', () => {
  accepts(IsSignedQuantity, ['-1.5', '0']);
  refuses(IsSignedQuantity, ['--1', '-', '-1e3']);
});
describe('IsInstant', () => {
  accepts(IsInstant, [
    { seconds: 0, nanos: 0 },
    { seconds: 253_402_300_799, nanos: 999_999_999 },
  ]);
  refuses(IsInstant, [
    undefined,
    { seconds: -1, nanos: 0 },
    { seconds: 253_402_300_800, nanos: 0 },
    { seconds: 0, nanos: 1e9 },
    { seconds: 0.5, nanos: 0 },
    { seconds: NaN, nanos: 0 },
    '2025-01-01',
  ]);
});
describe('IsInterval', () => {
  accepts(IsInterval, ['P1M', 'P7D', 'PT1H', 'PT90M', 'P1Y', 'P2W', 'P1Y6M', 'P1M2W', 'P1M2D', 'P1DT12H', 'PT1H30M15S']);
  refuses(IsInterval, ['', 'P', 'PT', 'P1DT', '1M', 'P-1M', 'P1.5D', 'P1H', 'P1M1Y', 'p1m', `P${'9'.repeat(7)}D`, 'P1M '.repeat(9_999)]);
});
describe('IsEnumValue', () => {
  accepts(() => IsEnumValue(Aggregation), [Aggregation.SUM, Aggregation.AVG]);
  refuses(() => IsEnumValue(Aggregation), [Aggregation.UNSPECIFIED, 99, -1, 'SUM']);
  accepts(() => IsEnumValue(Aggregation, { orUnspecified: true }), [Aggregation.UNSPECIFIED]);
});
describe('IsLabels', () => {
  accepts(IsLabels, [{}, { team: '' }, { team: 'x'.repeat(512) }]);
  refuses(IsLabels, [
    { '': 'x' },
    { a: 'x'.repeat(513) },
    Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, 'v'])),
    undefined,
  ]);
});
describe('lists, numbers and bytes', () => {
  accepts(() => IsKeys(2), [[], ['a', 'b']]);
  refuses(() => IsKeys(2), [['a', 'b', 'c'], [''], undefined]);
  accepts(() => IsIntegerBetween(0, 255), [0, 255]);
  refuses(() => IsIntegerBetween(0, 255), [-1, 256, 1.5, NaN, Infinity, '7']);
  refuses(IsPageSize, [-1, 1_001]);
  accepts(() => IsBytes(2), [Buffer.from('ab')]);
  refuses(() => IsBytes(2), [Buffer.from('abc'), 'ab']);
  accepts(() => IsOneOf(['id', 'id desc']), ['id desc']);
  refuses(() => IsOneOf(['id']), ['', 'name']);
});
describe('optional fields', () => {
  accepts(IsOptionalKey, ['', undefined, 'a']);
  refuses(IsOptionalKey, ['x'.repeat(129)]);
  accepts(IsOptionalInstant, [undefined]);
  refuses(IsOptionalInstant, [{ seconds: -1, nanos: 0 }]);
  accepts(IsOptionalQuantity, ['', '1']);
  refuses(IsOptionalQuantity, ['x']);
});

class Recurrence {
  @IsInterval() interval!: string;
}
class Grant {
  @ExactlyOneOf('entitlementId', 'featureKey') entitlementId!: string;
  @IsOptionalKey() featureKey!: string;
  @IsOptionalMessage(() => Recurrence) recurrence: Recurrence | undefined;
  @AtMostOneOf('effectiveAt', 'preset') effectiveAt: unknown;
  preset!: number;
}
class Create {
  @IsMessage(() => Grant) grant!: Grant;
  @IsMessages(() => Recurrence, 0, 2) more!: readonly Recurrence[];
  @MaxLength(3) @IsText(8) note!: string;
}

describe('requestValidator', () => {
  const violationsOf = (message: object) => {
    try {
      requestValidator(Create)(message);
      return {};
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return Object.fromEntries(error.violations.map(({ field, description }) => [field, description]));
    }
  };
  const grant = { entitlementId: 'e', featureKey: '', recurrence: undefined, effectiveAt: undefined, preset: 0 };

  it('passes what is right', () => expect(violationsOf({ grant, more: [], note: 'abc' })).toEqual({}));

  it('names fields of nested messages and lists by the names of the contract', () => {
    const message = {
      grant: { ...grant, featureKey: 'f', recurrence: { interval: 'x' }, effectiveAt: { seconds: 1, nanos: 0 }, preset: 1 },
      more: [{ interval: 'P1M' }, { interval: '' }],
      note: 'abcd',
    };
    expect(violationsOf(message)).toEqual({
      'grant.entitlement_id': 'exactly one of entitlement_id, feature_key must be given',
      'grant.recurrence.interval': 'must be an ISO-8601 period of whole parts, such as P1M, P1Y6M or PT1H',
      'grant.effective_at': 'at most one of effective_at, preset may be given',
      'more[1].interval': 'must be an ISO-8601 period of whole parts, such as P1M, P1Y6M or PT1H',
      note: 'note must be shorter than or equal to 3 characters',
    });
  });

  it('requires a message that is required', () => {
    expect(violationsOf({ grant: undefined, more: [], note: '' })).toEqual({ grant: 'is required' });
  });

  it('agrees with class-validator itself on flat classes', () => {
    class Flat {
      @IsKey() key!: string;
      @IsQuantity() amount!: string;
      @IsOptionalKey() other!: string;
    }
    const values = fc.constantFrom<unknown>('', 'a', '1.5', '-1', undefined, 7, 'x'.repeat(129));
    fc.assert(
      fc.property(values, values, values, (key, amount, other) => {
        const message = { key, amount, other };
        const theirs = validateSync(Object.assign(new Flat(), message), { forbidUnknownValues: false }).map(({ property }) => property);
        let ours: string[] = [];
        try {
          requestValidator(Flat)(message);
        } catch (error) {
          ours = error instanceof Refusal ? error.violations.map(({ field }) => field) : ['not a refusal'];
        }
        expect(new Set(ours)).toEqual(new Set(theirs));
      }),
    );
  });
});
