import { isRefusal } from '@drawdown/errors';
import fc from 'fast-check';
import { ONE, QUANTITY_LIMIT, ZERO, divide, divideHalfEven, formatQuantity, multiply, parseEventQuantity, parseQuantity } from './index.js';

const ruleOf = (parse: () => unknown): string | undefined => {
  try {
    parse();
  } catch (error) {
    if (isRefusal(error)) return error.metadata['rule'];
    throw error;
  }
  return undefined;
};

const quantities = fc.bigInt({ min: -QUANTITY_LIMIT + 1n, max: QUANTITY_LIMIT - 1n });

describe('a quantity', () => {
  it.each([
    ['0', ZERO],
    ['-0', ZERO],
    ['1', ONE],
    ['0.1', ONE / 10n],
    ['-7.5', (-15n * ONE) / 2n],
    ['0.000000000001', 1n],
    ['0.1000000000000000', ONE / 10n],
    ['1e3', 1_000n * ONE],
    ['1.5E-3', (15n * ONE) / 10_000n],
    ['9999999999999999999999.999999999999', QUANTITY_LIMIT - 1n],
  ])('reads %s exactly', (text, units) => {
    expect(parseQuantity(text)).toBe(units);
    expect(parseEventQuantity(text)).toBe(units);
  });

  it.each([
    ['', 'quantity_malformed'],
    ['NaN', 'quantity_malformed'],
    ['Infinity', 'quantity_malformed'],
    ['1,5', 'quantity_malformed'],
    ['+1', 'quantity_malformed'],
    ['.5', 'quantity_malformed'],
    ['0x10', 'quantity_malformed'],
    [' 1', 'quantity_malformed'],
    ['1'.repeat(1_000_000), 'quantity_malformed'],
    ['1e31', 'quantity_exponent_too_large'],
    ['1e-31', 'quantity_exponent_too_large'],
    ['10000000000000000000000', 'quantity_out_of_range'],
    ['-1e22', 'quantity_out_of_range'],
    ['1e30', 'quantity_out_of_range'],
  ])('refuses %.20s', (text, rule) => {
    expect(ruleOf(() => parseQuantity(text))).toBe(rule);
    expect(ruleOf(() => parseEventQuantity(text))).toBe(rule);
  });

  it('refuses more than 12 decimals in a command and rounds them half-even in an event', () => {
    expect(ruleOf(() => parseQuantity('0.0000000000001'))).toBe('quantity_too_precise');
    expect(parseEventQuantity('0.0000000000001')).toBe(0n);
    expect(parseEventQuantity('0.0000000000005')).toBe(0n);
    expect(parseEventQuantity('0.0000000000015')).toBe(2n);
    expect(parseEventQuantity('-0.0000000000015')).toBe(-2n);
    expect(parseEventQuantity('0.00000000000050000001')).toBe(1n);
    expect(ruleOf(() => parseEventQuantity('9999999999999999999999.9999999999996'))).toBe('quantity_out_of_range');
  });

  it('is written without exponent, trailing zeros or negative zero, and read back unchanged', () => {
    expect(formatQuantity(-ZERO)).toBe('0');
    expect(formatQuantity(-1n)).toBe('-0.000000000001');
    fc.assert(
      fc.property(quantities, quantity => {
        const text = formatQuantity(quantity);
        expect(text).toMatch(/^(0|-?[1-9]\d*|-?(0|[1-9]\d*)\.\d*[1-9])$/);
        expect(parseQuantity(text)).toBe(quantity);
      }),
    );
  });

  it('reads an exponent as the same number with the point moved', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.integer({ min: -12, max: 9 }), (digits, exponent) => {
        const moved = exponent >= 0 ? digits * ONE * 10n ** BigInt(exponent) : (digits * ONE) / 10n ** BigInt(-exponent);
        expect(parseQuantity(`${digits}e${exponent}`)).toBe(moved);
      }),
    );
  });

  it('is divided to the nearest integer, ties to the even one', () => {
    fc.assert(
      fc.property(
        quantities,
        quantities.filter(divisor => divisor !== 0n),
        (dividend, divisor) => {
          const quotient = divideHalfEven(dividend, divisor);
          const size = (value: bigint): bigint => (value < 0n ? -value : value);
          const error = size(2n * (dividend - quotient * divisor));
          expect(error <= size(divisor)).toBe(true);
          if (error === size(divisor)) expect(quotient % 2n).toBe(0n);
        },
      ),
    );
  });

  it('is multiplied and divided to 12 decimals', () => {
    expect(multiply(parseQuantity('0.3'), parseQuantity('0.1'))).toBe(parseQuantity('0.03'));
    expect(divide(parseQuantity('99300000000'), parseQuantity('1000000000'))).toBe(parseQuantity('99.3'));
    expect(divide(ONE, 3n * ONE)).toBe(333_333_333_333n);
    expect(() => divide(ONE, ZERO)).toThrow(RangeError);
  });

  it('loses nothing over a million uses of 0.1', () => {
    let balance = parseQuantity('100000');
    const tenth = parseQuantity('0.1');
    for (let use = 0; use < 1_000_000; use += 1) balance -= tenth;
    expect(balance).toBe(ZERO);
  });
});
