import { firstSet } from '../definition/options.js';

const TIMEOUT_MS_DEFAULT = 60_000;

/**
 * How long work or an informer run may take, in ms; undefined means without end (reconciliation §4.3). The first of the definition's
 * and the client's that is set holds; a negative one means none.
 */
export const effectiveTimeoutMs = (definitionMs: number | undefined, clientMs: number | undefined): number | undefined => {
  const timeoutMs = firstSet(definitionMs, clientMs) ?? TIMEOUT_MS_DEFAULT;
  return timeoutMs < 0 ? undefined : timeoutMs;
};
