import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { Refusal } from '@drawdown/errors';

/** Somebody who can sign: an Ed25519 key pair (capacity §6.3). */
export interface Signer {
  /** 64 hex digits, as a party is registered with. */
  readonly publicKey: string;
  /** 128 hex digits. */
  sign(message: string | Uint8Array): string;
}

const OWNER_ONLY = 0o600;

/** A new key pair, kept nowhere. */
export const newSigner = (): Signer => signerOf(generateKeyPairSync('ed25519').privateKey);

/**
 * A new key pair in a new file, PKCS #8 as PEM, for its owner's eyes only.
 * @throws Refusal `KEY_FILE` when there is such a file: a key that is overwritten is lost
 */
export const createKeyFile = async (file: string): Promise<Signer> => {
  const { privateKey } = generateKeyPairSync('ed25519');
  try {
    await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: OWNER_ONLY, flag: 'wx' });
    // The mode above is cut by the umask only; this is for file systems that lend their own.
    await chmod(file, OWNER_ONLY);
  } catch (error) {
    throw unusable(file, 'cannot be written', error);
  }
  return signerOf(privateKey);
};

/** @throws Refusal `KEY_FILE` */
export const readSigner = async (file: string): Promise<Signer> => {
  let key: KeyObject;
  try {
    key = createPrivateKey(await readFile(file));
  } catch (error) {
    throw unusable(file, 'is no private key', error);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw unusable(file, `holds a key of type ${String(key.asymmetricKeyType)}, not ed25519`);
  return signerOf(key);
};

const signerOf = (privateKey: KeyObject): Signer => ({
  publicKey: publicKeyOf(privateKey),
  sign: message => sign(null, typeof message === 'string' ? Buffer.from(message, 'utf8') : message, privateKey).toString('hex'),
});

const publicKeyOf = (privateKey: KeyObject): string => {
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return Buffer.from(x, 'base64url').toString('hex');
};

const unusable = (file: string, what: string, cause?: unknown): Refusal =>
  new Refusal('KEY_FILE', `${file} ${what}${cause instanceof Error ? `: ${cause.message}` : ''}`, {}, [], { cause });
