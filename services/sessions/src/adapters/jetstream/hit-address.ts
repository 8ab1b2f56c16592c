import { decodeToken, encodeToken, partitionOf, type Subjects } from '@drawdown/eventlog';
import { NO_NAMESPACE } from '../../domain/index.js';
import { HIT_LIMITS } from './hit-wire.js';

/** What the subject of a message says about its hits. */
export type HitAddress =
  | {
      readonly kind: 'single';
      readonly namespace: string;
      readonly propertyToken: string;
      readonly clientToken: string;
    }
  | {
      readonly kind: 'envelope';
      /** `_` under pings: no hit belongs there. */
      readonly namespace: string;
      readonly namespaceToken: string;
      readonly partition: number;
    };

/** `undefined`: none of the two forms of DRAWDOWN_HITS (design §4.1), or a namespace that was not encoded as our tokens are. */
export const addressOf = (subjects: Subjects, subject: string): HitAddress | undefined => {
  const parsed = subjects.parse(subject);
  if (parsed?.stream !== 'hits' || parsed.partition === undefined) return undefined;
  const [namespaceToken, propertyToken, clientToken, ...rest] = parsed.tokens;
  const namespace = parsed.values[0];
  if (namespaceToken === undefined || namespace === undefined || encodeOwn(namespace) !== namespaceToken || rest.length > 0)
    return undefined;
  if (parsed.kind === 'envelope') {
    return propertyToken === undefined ? { kind: 'envelope', namespace, namespaceToken, partition: parsed.partition } : undefined;
  }
  if (propertyToken === undefined || clientToken === undefined || namespace === NO_NAMESPACE) return undefined;
  return { kind: 'single', namespace, propertyToken, clientToken };
};

/** A value that fits the place its subject gives it, the value that only the subject says, or why it cannot stand there. */
export type Placed = { readonly value: string } | 'missing' | 'contradicts';

/**
 * The token of a subject wins over the body and fills what is absent there (design §4.3). A token that no encoder of ours writes, such as `%41` for
 * `A`, contradicts every value: one client would lie in two partitions.
 */
export const placeToken = (token: string, said: string | undefined): Placed => {
  const value = said ?? decodeToken(token);
  if (value === undefined) return token.startsWith('=') ? 'missing' : 'contradicts';
  return encodeOwn(value) === token ? { value } : 'contradicts';
};

/** Whether an envelope of this partition and namespace is the place of a client's hits. */
export const belongsInto = (
  { namespace, namespaceToken, partition }: HitAddress & { readonly kind: 'envelope' },
  propertyId: string,
  clientId: string,
): boolean => namespace !== NO_NAMESPACE && partitionOf(namespaceToken, encodeToken(propertyId), encodeToken(clientId)) === partition;

/** `undefined` for a value that cannot be a token: decoded escapes may be longer than a token's value may be. */
const encodeOwn = (value: string): string | undefined =>
  value === '' || Buffer.byteLength(value) > HIT_LIMITS.idBytesMax ? undefined : encodeToken(value);
