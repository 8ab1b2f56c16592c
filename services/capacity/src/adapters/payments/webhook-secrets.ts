import { readFile } from 'node:fs/promises';

/** Shorter secrets can be guessed. */
const SECRET_BYTES_MIN = 32;

/** The one in use and the one before. */
const SECRETS_MAX = 2;

/**
 * Secrets of the webhook from a file: one a line, the one in use first; a second is signed with as well, while receivers change over.
 * @throws Error: no file, no secret, one that is too short, or more than two. Never says what is in the file.
 */
export const readWebhookSecrets = async (path: string): Promise<readonly string[]> => {
  const text = await readFile(path, 'utf8');
  const secrets = text.split('\n').flatMap(line => (line.trim() === '' ? [] : [line.trim()]));
  if (secrets.length === 0 || secrets.length > SECRETS_MAX) throw new Error(`${path} must hold 1 to ${SECRETS_MAX} secrets, one a line`);
  if (secrets.some(secret => Buffer.byteLength(secret, 'utf8') < SECRET_BYTES_MIN)) {
    throw new Error(`${path} holds a secret of less than ${SECRET_BYTES_MIN} bytes`);
  }
  return secrets;
};
