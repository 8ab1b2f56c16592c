import { readFile } from 'node:fs/promises';

import { Fault } from '@drawdown/errors';
import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

const isKeySet = (value: unknown): value is JSONWebKeySet =>
  typeof value === 'object' && value !== null && Array.isArray((value as { keys?: unknown }).keys);

/** Public keys given directly. Throws Fault `KEY_SET_UNUSABLE` when it holds none. */
export const keysFromSet = (keySet: unknown, source = 'the key set'): JWTVerifyGetKey => {
  if (!isKeySet(keySet) || keySet.keys.length === 0) {
    throw new Fault('KEY_SET_UNUSABLE', `${source} is not a JSON Web Key Set with at least one key`, { source });
  }
  return createLocalJWKSet(keySet);
};

/** Public keys of a JWKS file, read once: a new file needs a restart. */
export const keysFromFile = async (path: string): Promise<JWTVerifyGetKey> => {
  try {
    return keysFromSet(JSON.parse(await readFile(path, 'utf8')), path);
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('KEY_SET_UNUSABLE', `the key set ${path} cannot be read`, { source: path }, { cause: error });
  }
};

/** Public keys of an address; fetched when a key id is not known, at most every 30 s, and kept for 10 minutes. */
export const keysFromUrl = (url: URL): JWTVerifyGetKey => createRemoteJWKSet(url);
