/** Amounts of the story: whole hundredths of a token. Its own arithmetic, because it checks that of the product. */
export type Hundredths = bigint;

const SCALE = 100n;

export const fromTokens = (tokens: number): Hundredths => BigInt(tokens) * SCALE;

/** A whole percentage of a number of tokens, exactly. */
export const percentOf = (percent: number, tokens: number): Hundredths => BigInt(percent) * BigInt(tokens);

/** As the API writes it: no exponent, no zeros behind. */
export const toDecimal = (amount: Hundredths): string => {
  const fraction = String(amount % SCALE)
    .padStart(2, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(amount / SCALE) : `${String(amount / SCALE)}.${fraction}`;
};

/** Reads what the API wrote; undefined where it is finer than a hundredth or no number at all. */
export const fromDecimal = (text: string): Hundredths | undefined => {
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d{1,2}))?$/.exec(text) ?? [];
  return whole === undefined ? undefined : BigInt(whole) * SCALE + BigInt(fraction.padEnd(2, '0'));
};

/** For people: 1,040,887.5 */
export const grouped = (amount: Hundredths): string => toDecimal(amount).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',');
