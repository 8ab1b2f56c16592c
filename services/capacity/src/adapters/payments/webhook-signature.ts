import { createHmac, timingSafeEqual } from 'node:crypto';

/** Header that says when a message was signed and with what: `t=<unix s>,v1=<hex>`, one `v1` for each secret that counts. */
export const WEBHOOK_SIGNATURE_HEADER = 'drawdown-signature';

/** How old a signed message may be, and how far ahead of the receiver's clock. */
const WEBHOOK_TOLERANCE_SECONDS = 300;

/** Signatures of one message that are looked at. */
const SIGNATURES_MAX = 8;

const HEADER = /^t=(\d{1,15})((?:,v1=[0-9a-f]{64})+)$/;

const hmac = (secret: string, timestamp: number, body: string): Buffer =>
  createHmac('sha256', secret).update(`${timestamp}.${body}`, 'utf8').digest();

/** The header of a body: HMAC-SHA256 over `<timestamp>.<body>`. With two secrets the receiver may change from one to the other at its leisure. */
export const signWebhook = (secrets: readonly string[], timestamp: number, body: string): string =>
  [`t=${timestamp}`, ...secrets.map(secret => `v1=${hmac(secret, timestamp, body).toString('hex')}`)].join(',');

export type WebhookFault = 'MALFORMED' | 'TOO_OLD' | 'TOO_NEW' | 'WRONG';

/** What is wrong with the signature of a body as it came, byte for byte; absent: nothing. For receivers, and for our tests. */
export const webhookFault = (secret: string, header: string, body: string, nowSeconds: number): WebhookFault | undefined => {
  const match = HEADER.exec(header);
  if (match === null) return 'MALFORMED';
  const [, time = '', list = ''] = match;
  const signatures = list.split(',v1=').slice(1);
  if (signatures.length > SIGNATURES_MAX) return 'MALFORMED';
  const timestamp = Number(time);
  if (timestamp < nowSeconds - WEBHOOK_TOLERANCE_SECONDS) return 'TOO_OLD';
  if (timestamp > nowSeconds + WEBHOOK_TOLERANCE_SECONDS) return 'TOO_NEW';
  const expected = hmac(secret, timestamp, body);
  const fits = signatures.map(signature => timingSafeEqual(Buffer.from(signature, 'hex'), expected));
  return fits.includes(true) ? undefined : 'WRONG';
};
