import { bucketsKey, expirationKey, parseDecimal } from '../../wheel/keys.js';
import type { Context } from '../context.js';
import { bytesOfText, textOfBytes } from '../text-bytes.js';

/**
 * The bucket that counts for a proto-session; null when it is not open.
 * @throws Refusal `NUMBER_MALFORMED` when what is stored is no number.
 */
export const expiryOf = async ({ kv }: Context, sessionKey: string): Promise<number | null> => {
  const text = await kv.get(expirationKey(sessionKey));
  return text === null ? null : parseDecimal(textOfBytes(text));
};

/** Files a proto-session under a bucket. Entries in earlier buckets stay: the expiry tells that they are stale. */
export const fileUnder = async (context: Context, sessionKey: string, bucket: number): Promise<void> => {
  await context.aux.buckets.add(bucket);
  await context.sets.add(bucketsKey(bucket), bytesOfText(sessionKey));
  await context.kv.set(expirationKey(sessionKey), bytesOfText(String(bucket)));
};
