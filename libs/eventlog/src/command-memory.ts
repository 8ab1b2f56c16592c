import type { RecordedMessage } from './log.js';

export interface KnownCommand {
  readonly sequence: number;
  readonly bodyHash: string;
  readonly decidedAtMs: number;
}

/** The commands of an aggregate that were folded in memory: where each is recorded, not what it came to; a repeat reads that again. */
export class CommandMemory {
  readonly #known = new Map<string, KnownCommand>();

  note({ sequence, decisions }: RecordedMessage<unknown>): void {
    for (const { commandId, bodyHash, decidedAtMs } of decisions) {
      if (!this.#known.has(commandId)) this.#known.set(commandId, { sequence, bodyHash, decidedAtMs });
    }
  }

  find(commandId: string): KnownCommand | undefined {
    return this.#known.get(commandId);
  }

  /** Drops what was decided before this instant; commands lie in the order of their decision. */
  forgetBefore(instantMs: number): void {
    for (const [commandId, { decidedAtMs }] of this.#known) {
      if (decidedAtMs >= instantMs) return;
      this.#known.delete(commandId);
    }
  }
}
