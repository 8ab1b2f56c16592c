import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';

/** PKCS #8 of an Ed25519 key, up to its seed. */
const PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SEED_BYTES = 32;

/** A key for each party: its seed repeats the lowest byte of its tid. */
const keyOf = (tid: number): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PREFIX, Buffer.alloc(SEED_BYTES, tid)]), format: 'der', type: 'pkcs8' });

/** Public key of a party, 64 hex digits. */
export const publicKeyOf = (tid: number): string =>
  createPublicKey(keyOf(tid)).export({ format: 'der', type: 'spki' }).subarray(-SEED_BYTES).toString('hex');

/** A party's signature under a text, or under bytes. */
export const signedBy = (tid: number, text: string | Buffer): string => sign(null, Buffer.from(text), keyOf(tid)).toString('hex');
