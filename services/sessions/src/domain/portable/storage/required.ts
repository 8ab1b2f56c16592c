import { Refusal } from '@drawdown/errors';

/** Callers in plain JavaScript, and decoded data, can hold null where the types say text. */
export const requireKey = (key: string | null | undefined): void => {
  if (key === null || key === undefined || key === '') throw new Refusal('KEY_REQUIRED', 'a store needs a key that is not empty');
};

export const requireValue = (value: Uint8Array | null | undefined): void => {
  if (value === null || value === undefined) throw new Refusal('VALUE_REQUIRED', 'a store needs a value; it may be empty');
};
