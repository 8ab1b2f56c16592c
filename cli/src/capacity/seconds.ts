import { formatInstant } from '@drawdown/calendar';
import type { Timestamp } from '@drawdown/proto';

/** How the API writes an instant that does not come: 2⁶³ − 1 (capacity §4). */
const NEVER = 9_223_372_036_854_775_807n;
/** The last second that RFC 3339 can name, in the year 9999. */
const NAMED_SECONDS_MAX = 253_402_300_799n;
const MS_PER_SECOND = 1_000;

/** An instant of the API, whole seconds since 1970: RFC 3339; `never`; beyond the year 9999 the seconds themselves. */
export const secondText = (second: number | string): string => {
  const whole = BigInt(second);
  if (whole === NEVER) return 'never';
  return whole > NAMED_SECONDS_MAX ? String(whole) : formatInstant(Number(whole) * MS_PER_SECOND);
};

/** The second an instant lies in. */
export const secondOf = ({ seconds }: Timestamp): number => seconds;

/** What the command line says about the instant of a command: nothing, for now. */
export const atOf = (at: Timestamp | undefined): { readonly at?: number } => (at === undefined ? {} : { at: secondOf(at) });

export const nowSeconds = (): number => Math.floor(Date.now() / MS_PER_SECOND);
