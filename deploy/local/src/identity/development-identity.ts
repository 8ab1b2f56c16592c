import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignJWT, exportJWK } from 'jose';
import { LIMITS } from '../limits.js';

const ALGORITHM = 'EdDSA';
const AUDIENCE = 'drawdown';

/** What a development token says of its bearer. */
interface Bearer {
  readonly subject: string;
  /** Every call is bound to it. */
  readonly namespace: string;
  readonly roles: readonly string[];
}

/** Signs tokens that services started by this launch accept, and nobody else does. */
export interface DevelopmentIdentity {
  /** The public key, as a JSON Web Key Set; services get its path as `DRAWDOWN_JWKS_FILE`. */
  readonly jwksFile: string;
  /** A JWT that is good for `LIMITS.tokenHoursMax`. */
  signToken(bearer: Bearer): Promise<string>;
}

/** Makes a key pair for one launch. The private key is written, for its owner only, so that other tools can sign too. */
export const createDevelopmentIdentity = async (runFolder: string): Promise<DevelopmentIdentity> => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const keyId = `development-${randomUUID()}`;
  const jwksFile = join(runFolder, 'jwks.json');
  const publicJwk = { ...(await exportJWK(publicKey)), kid: keyId, alg: ALGORITHM, use: 'sig' };
  await writeFile(join(runFolder, 'private-key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }), {
    mode: 0o600,
  });
  await writeFile(jwksFile, JSON.stringify({ keys: [publicJwk] }, undefined, 2));
  return {
    jwksFile,
    signToken: ({ subject, namespace, roles }) =>
      new SignJWT({ namespace, roles })
        .setProtectedHeader({ alg: ALGORITHM, kid: keyId, typ: 'JWT' })
        .setSubject(subject)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(`${String(LIMITS.tokenHoursMax)}h`)
        .sign(privateKey),
  };
};
