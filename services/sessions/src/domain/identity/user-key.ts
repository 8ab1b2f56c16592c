import { keyOf, lengthPrefixed } from './length-prefixed.js';

/** Names a user in facts that are kept, without saying who it is (sessions §15.11); scoped like all keys (D9). */
export const userKey = (namespace: string, propertyId: string, userId: string): string =>
  keyOf(lengthPrefixed([namespace, propertyId, '', 'person', userId]));
