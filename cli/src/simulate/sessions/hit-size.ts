import type { FiledHit } from '@drawdown/sessions/domain';

/** Note of a hit that says how long its body would be: scenarios do not carry bodies. */
export const BODY_BYTES = 'body-bytes';

const FIXED_BYTES = 256;
const STAMP_NAME_BYTES = 'sessionStamp'.length;
const SIZE_BYTES_MAX = 2 ** 32 - 1;

const textBytes = (text: string): number => Buffer.byteLength(text, 'utf8');

/** Size of a scenario's hit: neither property nor user counts here, its body only has a length. Saturates at 2^32 − 1. */
export const simulatedSizeOf =
  (plainOf: (sessionKey: string) => string) =>
  ({ hit, sessionKey }: FiledHit): number => {
    const texts = textBytes(hit.id) + textBytes(plainOf(sessionKey)) + textBytes(hit.clientId) + textBytes(hit.ip);
    const stamp = hit.sessionStamp === undefined ? 0 : STAMP_NAME_BYTES + textBytes(hit.sessionStamp);
    return Math.min(FIXED_BYTES + texts + stamp + Number(hit.metadata[BODY_BYTES] ?? 0), SIZE_BYTES_MAX);
  };
