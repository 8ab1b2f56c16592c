import { createPublicKey, verify, type KeyObject } from 'node:crypto';

/** Why a signature is none: its text is no hex, the key is no key, or it does not fit (capacity §6.3). */
export type SignatureFault = 'HEX' | 'KEY' | 'WRONG';

/** Public keys are 32 bytes as 64 hex digits of either case. */
const KEY_HEX = /^[0-9a-fA-F]{64}$/;

const HEX = /^(?:[0-9a-fA-F]{2})*$/;

const publicKey = (hex: string): KeyObject =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(hex, 'hex').toString('base64url') }, format: 'jwk' });

/** Whether a text is a public key as far as its form goes. */
export const isPublicKey = (hex: string): boolean => KEY_HEX.test(hex);

/** What is wrong with an Ed25519 signature, given as hex, of a message by a public key, given as hex; absent: nothing. */
export const signatureFault = (publicKeyHex: string, message: Uint8Array, signatureHex: string): SignatureFault | undefined => {
  if (!HEX.test(signatureHex)) return 'HEX';
  if (!isPublicKey(publicKeyHex)) return 'KEY';
  return verify(null, message, publicKey(publicKeyHex), Buffer.from(signatureHex, 'hex')) ? undefined : 'WRONG';
};
