import type { MemoryUse } from '../../application/store/session-store.js';

/** Of the fullest of the servers, from what `INFO memory` tells of each. */
export const memoryUseOf = (infos: readonly string[]): MemoryUse => {
  const uses = infos.map(info => ({ usedBytes: numberIn(info, 'used_memory'), maxBytes: numberIn(info, 'maxmemory') }));
  const fullest = uses.sort((a, b) => b.usedBytes / b.maxBytes - a.usedBytes / a.maxBytes)[0];
  return fullest ?? { usedBytes: 0, maxBytes: 0 };
};

const numberIn = (info: string, name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
