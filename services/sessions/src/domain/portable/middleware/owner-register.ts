import { sessionStampByClientIdKey, sessionStampKey } from '../../wheel/keys.js';
import type { KeyValueStore } from '../storage/key-value-store.js';
import { bytesOfText, textOfBytes } from '../text-bytes.js';

/**
 * Which proto-session owns an identifier, and the reverse: all that a proto-session owns (sessions §4, D10). A single identifier is
 * kept bare in the reverse entry, several as a JSON array in the order in which they were claimed; so is one that looks like an array.
 */
export class OwnerRegister {
  constructor(private readonly kv: KeyValueStore) {}

  async ownerOf(identifier: string): Promise<string | null> {
    const owner = await this.kv.get(sessionStampKey(identifier));
    return owner === null ? null : textOfBytes(owner);
  }

  /** Makes a proto-session the owner unless there is one; answers the owner. */
  async claim(identifier: string, sessionKey: string): Promise<string> {
    const owner = await this.kv.set(sessionStampKey(identifier), bytesOfText(sessionKey), { skipIfExists: true, returnPrevious: true });
    if (owner !== null) return textOfBytes(owner);
    const owned = await this.kv.get(sessionStampByClientIdKey(sessionKey));
    await this.writeOwned(sessionKey, withIdentifier(owned === null ? null : textOfBytes(owned), identifier));
    return sessionKey;
  }

  /** Points all that one proto-session owns to another (D1). A repeat goes on where it was left. */
  async moveAll(from: string, to: string): Promise<void> {
    const moved = await this.ownedBy(from);
    if (moved.length === 0) return;
    const owned = new Set(await this.ownedBy(to));
    for (const identifier of moved) {
      const owner = await this.ownerOf(identifier);
      if (owner !== from && owner !== to) continue;
      owned.add(identifier);
      await this.kv.set(sessionStampKey(identifier), bytesOfText(to));
    }
    await this.writeOwned(to, reverseText([...owned]));
    await this.kv.delete(sessionStampByClientIdKey(from));
  }

  /** Releases what a proto-session still owns: an identifier that another has by now stays with it. */
  async releaseAll(sessionKey: string): Promise<void> {
    const owned = await this.ownedBy(sessionKey);
    if (owned.length === 0) return;
    for (const identifier of owned) {
      if ((await this.ownerOf(identifier)) === sessionKey) await this.kv.delete(sessionStampKey(identifier));
    }
    await this.kv.delete(sessionStampByClientIdKey(sessionKey));
  }

  async ownedBy(sessionKey: string): Promise<readonly string[]> {
    const owned = await this.kv.get(sessionStampByClientIdKey(sessionKey));
    return owned === null ? [] : identifiersOf(textOfBytes(owned));
  }

  private async writeOwned(sessionKey: string, text: string): Promise<void> {
    await this.kv.set(sessionStampByClientIdKey(sessionKey), bytesOfText(text));
  }
}

const ARRAY_BEGIN = '[';
const ARRAY_END = ']';

const reverseText = (identifiers: readonly string[]): string => {
  const [only, ...others] = identifiers;
  return only !== undefined && others.length === 0 && !only.startsWith(ARRAY_BEGIN) ? only : JSON.stringify(identifiers);
};

const identifiersOf = (text: string): readonly string[] =>
  text.startsWith(ARRAY_BEGIN) ? (JSON.parse(text) as readonly string[]) : [text];

/** Appends without reading what is there: a client that changes its stamp with every hit must not cost the square of its hits. */
const withIdentifier = (text: string | null, identifier: string): string => {
  if (text === null) return reverseText([identifier]);
  if (!text.startsWith(ARRAY_BEGIN)) return reverseText([text, identifier]);
  return `${text.slice(0, -ARRAY_END.length)},${JSON.stringify(identifier)}${ARRAY_END}`;
};
