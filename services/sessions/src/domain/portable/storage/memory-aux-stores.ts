import { MemoryKeyValueStore } from './memory-key-value-store.js';
import type {
  AliasStore,
  AuxStores,
  HandOver,
  HandOverStore,
  Merge,
  MergeStore,
  NotesStore,
  SessionNotes,
  WatermarkStore,
} from './aux-stores.js';
import { MemoryBucketIndex } from './memory-bucket-index.js';
import { MemoryHitFilter } from './memory-hit-filter.js';

class MemoryNotes implements NotesStore {
  private readonly notes = new Map<string, SessionNotes>();

  of(sessionKey: string): SessionNotes | null {
    return this.notes.get(sessionKey) ?? null;
  }

  save(sessionKey: string, notes: SessionNotes): void {
    this.notes.set(sessionKey, notes);
  }

  drop(sessionKey: string): void {
    this.notes.delete(sessionKey);
  }

  keys(): readonly string[] {
    return [...this.notes.keys()];
  }
}

class MemoryAliases implements AliasStore {
  private readonly targets = new Map<string, string>();
  private readonly members = new Map<string, Set<string>>();

  of(clientKey: string): string | null {
    return this.targets.get(clientKey) ?? null;
  }

  point(clientKey: string, sessionKey: string): void {
    const before = this.targets.get(clientKey);
    if (before !== undefined) this.members.get(before)?.delete(clientKey);
    this.targets.set(clientKey, sessionKey);
    const members = this.members.get(sessionKey);
    if (members === undefined) this.members.set(sessionKey, new Set([clientKey]));
    else members.add(clientKey);
  }

  membersOf(sessionKey: string): readonly string[] {
    return [...(this.members.get(sessionKey) ?? [])];
  }

  release(sessionKey: string): void {
    for (const member of this.members.get(sessionKey) ?? []) this.targets.delete(member);
    this.members.delete(sessionKey);
  }

  /** Aliases at present. */
  get size(): number {
    return this.targets.size;
  }
}

class MemoryHandOvers implements HandOverStore {
  private readonly bySession = new Map<string, HandOver>();
  private readonly waiting = new Map<string, HandOver>();
  private readonly dead: HandOver[] = [];

  freeze(handOver: HandOver): void {
    this.bySession.set(handOver.sessionKey, handOver);
  }

  release(sessionKey: string): void {
    const handOver = this.bySession.get(sessionKey);
    if (handOver === undefined) return;
    this.waiting.set(handOver.id, handOver);
    this.bySession.delete(sessionKey);
  }

  frozen(): readonly string[] {
    return [...this.bySession.keys()];
  }

  put(handOver: HandOver): void {
    this.waiting.set(handOver.id, handOver);
  }

  due(nowMs: number): readonly HandOver[] {
    if (this.waiting.size === 0) return [];
    return [...this.waiting.values()].filter(({ notBeforeMs }) => notBeforeMs <= nowMs);
  }

  finish(id: string): void {
    this.waiting.delete(id);
  }

  park(handOver: HandOver): void {
    this.waiting.delete(handOver.id);
    this.dead.push(handOver);
  }

  parked(): readonly HandOver[] {
    return [...this.dead];
  }
}

class MemoryMerges implements MergeStore {
  private readonly begun = new Map<string, readonly string[]>();

  begin({ survivor, losers }: Merge): void {
    this.begun.set(survivor, [...(this.begun.get(survivor) ?? []), ...losers]);
  }

  finish(survivor: string): void {
    this.begun.delete(survivor);
  }

  unfinished(): readonly Merge[] {
    return [...this.begun].map(([survivor, losers]) => ({ survivor, losers }));
  }
}

class MemoryWatermark implements WatermarkStore {
  private watermarkMs: number | null = null;

  read(): number | null {
    return this.watermarkMs;
  }

  write(watermarkMs: number): void {
    this.watermarkMs = watermarkMs;
  }
}

/** All of the third store in this process; what is beyond the ports serves inventories. */
export class MemoryAuxStores implements AuxStores {
  readonly notes = new MemoryNotes();
  readonly aliases = new MemoryAliases();
  readonly filter = new MemoryHitFilter();
  readonly buckets = new MemoryBucketIndex();
  readonly handOvers = new MemoryHandOvers();
  readonly merges = new MemoryMerges();
  readonly watermark = new MemoryWatermark();
  readonly users = new MemoryKeyValueStore();
}
