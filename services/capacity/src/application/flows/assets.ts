import { Refusal } from '@drawdown/errors';

const ASSET = /^([A-Za-z0-9]{1,12}):([A-Za-z0-9]{1,56})$/;

/**
 * What can be paid in, by the code that purchases name (capacity §6.4).
 * @param text assets as `CODE:ISSUER`, separated by commas
 * @throws Refusal `VALIDATION`
 */
export const assetsOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split(',').map(given => {
      const asset = given.trim();
      const code = ASSET.exec(asset)?.[1];
      if (code === undefined) throw new Refusal('VALIDATION', `${asset} is not CODE:ISSUER`, { field: 'DRAWDOWN_CAPACITY_ASSETS' });
      return [code, asset] as const;
    }),
  );
