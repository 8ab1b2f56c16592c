import type { Hit, HitIdentity, PortableGuard } from '@drawdown/sessions/domain';
import type { Settings } from './settings.js';

/** A guard whose keys can be read back: a result shows the plain texts. */
export interface PlainGuard extends PortableGuard {
  /** Client id of a session key. */
  clientIdOf(sessionKey: string): string;
  /** Text of a stamp's key. */
  stampOf(key: string): string;
}

/** Keeps a stamp such as `by.client.id.A` apart from the reverse entry of client A (D15); both are kept under `sessions.stamps.`. */
const STAMP_MARK = '=';

/** `none`: texts as they are; even the empty stamp joins. `property`: by property (D9); the empty stamp never joins. */
export const plainGuard = ({ isolation, joinByUserId }: Pick<Settings, 'isolation' | 'joinByUserId'>): PlainGuard => {
  const isScoped = isolation === 'property';
  const scope = ({ propertyId }: Hit, text: string): string => (isScoped ? `${propertyId.length}:${propertyId}${text}` : text);
  const plain = (key: string): string => {
    if (!isScoped) return key;
    const colon = key.indexOf(':');
    return key.slice(colon + 1 + Number(key.slice(0, colon)));
  };
  return {
    identify: (hit: Hit): HitIdentity => {
      const stamp = hit.sessionStamp === undefined || hit.sessionStamp === '' ? hit.ip : hit.sessionStamp;
      const identifiers: HitIdentity['identifiers'][number][] = [];
      if (stamp !== '' || !isScoped) identifiers.push({ type: 'stamp', hash: STAMP_MARK + scope(hit, stamp) });
      if (joinByUserId && hit.userId !== undefined) identifiers.push({ type: 'user', hash: scope(hit, hit.userId) });
      return { clientKey: scope(hit, hit.clientId), identifiers };
    },
    clientIdOf: plain,
    stampOf: key => plain(key.slice(STAMP_MARK.length)),
  };
};
