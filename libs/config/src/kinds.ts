import type { Kind } from './setting.js';

const TEXT_CHARACTERS_MAX = 4_096;

const bounded = (given: string): string | undefined => (given === '' || given.length > TEXT_CHARACTERS_MAX ? undefined : given);

/** Text as it is, not empty. */
export const text: Kind<string> = { description: `a text of 1–${TEXT_CHARACTERS_MAX} characters`, parse: bounded };

/** Path of a file or folder; whether it can be read is found out by who reads it. */
export const path: Kind<string> = { description: 'a path', parse: bounded };

export const integer = (min: number, max: number): Kind<number> => ({
  description: `an integer from ${min} to ${max}`,
  parse: given => {
    const value = Number(given);
    return /^-?\d{1,15}$/.test(given) && value >= min && value <= max ? value : undefined;
  },
});

/** One of a few integers. */
export const integerAmong = (...values: readonly number[]): Kind<number> => ({
  description: `one of ${values.map(value => `\`${value}\``).join(', ')}`,
  parse: given => values.find(value => String(value) === given),
});

export const port: Kind<number> = integer(0, 65_535);

export const flag: Kind<boolean> = {
  description: '`true` or `false`',
  parse: given => (given === 'true' ? true : given === 'false' ? false : undefined),
};

export const oneOf = <const T extends string>(...values: readonly T[]): Kind<T> => ({
  description: `one of ${values.map(value => `\`${value}\``).join(', ')}`,
  parse: given => values.find(value => value === given),
});

/** An address of one of these schemes, such as `nats://127.0.0.1:4222`. */
export const address = (...schemes: readonly string[]): Kind<string> => ({
  description: `an address starting with ${schemes.map(scheme => `\`${scheme}://\``).join(' or ')}`,
  parse: given => {
    const scheme = schemes.find(candidate => given.startsWith(`${candidate}://`));
    return scheme !== undefined && given.length > scheme.length + 3 && given.length <= TEXT_CHARACTERS_MAX ? given : undefined;
  },
});

/** A name that becomes part of subjects and collections. */
export const name: Kind<string> = {
  description: 'a name of 1–32 lower-case letters, digits and hyphens, starting with a letter',
  parse: given => (/^[a-z][a-z0-9-]{0,31}$/.test(given) ? given : undefined),
};
