import { keyOf, lengthPrefixed } from '../identity/length-prefixed.js';

/**
 * Where the sessions of a replay lie (sessions §15.9): a namespace of their own, made of the caller's and the replay's lane. Hashed, so that it is
 * short whatever they are, and no other pair makes the same.
 */
export const shadowNamespace = (namespace: string, lane: string): string => `replay~${keyOf(lengthPrefixed([namespace, lane]))}`;
