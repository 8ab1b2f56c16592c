import { sessionStampByClientIdKey, sessionStampKey } from '../../wheel/keys.js';
import { after, isLater, type Eventually } from '../storage/eventually.js';
import type { KeyValueStore } from '../storage/key-value-store.js';
import { bytesOfText, textOfBytes } from '../text-bytes.js';

/**
 * Which proto-session owns an identifier, and the reverse: all that a proto-session owns (sessions §4, D10). A single identifier is
 * kept bare in the reverse entry, several as a JSON array in the order in which they were claimed; so is one that looks like an array.
 */
export class OwnerRegister {
  constructor(private readonly kv: KeyValueStore) {}

  ownerOf(identifier: string): Eventually<string | null> {
    return after(this.kv.get(sessionStampKey(identifier)), owner => (owner === null ? null : textOfBytes(owner)));
  }

  /** Makes a proto-session the owner unless there is one; answers the owner. */
  claim(identifier: string, sessionKey: string): Eventually<string> {
    return after(this.kv.set(sessionStampKey(identifier), bytesOfText(sessionKey), UNLESS_OWNED), owner =>
      owner === null ? this.note(identifier, sessionKey) : textOfBytes(owner),
    );
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
  releaseAll(sessionKey: string): Eventually<void> {
    return after(this.ownedBy(sessionKey), owned => (owned.length === 0 ? undefined : this.release(sessionKey, owned)));
  }

  ownedBy(sessionKey: string): Eventually<readonly string[]> {
    return after(this.kv.get(sessionStampByClientIdKey(sessionKey)), owned => (owned === null ? [] : identifiersOf(textOfBytes(owned))));
  }

  private async release(sessionKey: string, owned: readonly string[]): Promise<void> {
    for (const identifier of owned) {
      const answer = this.ownerOf(identifier);
      const owner = isLater(answer) ? await answer : answer;
      if (owner === sessionKey) await this.kv.delete(sessionStampKey(identifier));
    }
    await this.kv.delete(sessionStampByClientIdKey(sessionKey));
  }

  /** Adds an identifier to what a proto-session owns; answers the proto-session. */
  private note(identifier: string, sessionKey: string): Eventually<string> {
    return after(this.kv.get(sessionStampByClientIdKey(sessionKey)), owned => {
      const text = withIdentifier(owned === null ? null : textOfBytes(owned), identifier);
      return after(this.writeOwned(sessionKey, text), () => sessionKey);
    });
  }

  private writeOwned(sessionKey: string, text: string): Eventually<unknown> {
    return this.kv.set(sessionStampByClientIdKey(sessionKey), bytesOfText(text));
  }
}

const UNLESS_OWNED = { skipIfExists: true, returnPrevious: true };
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
