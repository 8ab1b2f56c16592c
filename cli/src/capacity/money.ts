import { InvalidArgumentError } from 'commander';

/** Decimals of an asset: its smallest part is 10⁻⁷ (capacity §2.3). */
const DECIMALS = 7;

/** `99.792 TFT`: an amount in 10⁻⁷ of an asset `CODE:ISSUER`. */
export const moneyText = ({ amount, asset }: { readonly amount: string; readonly asset: string }): string => {
  const digits = amount.padStart(DECIMALS + 1, '0');
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '');
  const [code = ''] = asset.split(':');
  return `${digits.slice(0, -DECIMALS)}${fraction === '' ? '' : `.${fraction}`} ${code}`;
};

/** `99.792`: 10⁻⁷ of the asset. */
export const readMoney = (text: string): string => {
  const [, whole, fraction = ''] = /^(\d{1,12})(?:\.(\d{1,7}))?$/.exec(text) ?? [];
  if (whole === undefined) throw new InvalidArgumentError('A number with at most seven decimals.');
  return String(BigInt(`${whole}${fraction.padEnd(DECIMALS, '0')}`));
};
