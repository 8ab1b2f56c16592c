import type { RecordedAt } from '../at-instant.js';

export interface NodesChanged extends RecordedAt {
  readonly type: 'nodes-changed';
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly cause: string;
}
