import { Fault } from '@drawdown/errors';
import type { HitResult, IngestCall } from '../store/session-store.js';
import { nextCall, type CallContext, type Cursor } from './next-call.js';
import type { HitStore } from './ports.js';
import type { SourceEntry } from './source-entry.js';

export interface BroughtCall {
  readonly call: IngestCall;
  readonly results: readonly HitResult[];
  readonly merges: number;
  readonly opened: number;
  readonly elapsedMs: number;
}

/** Brings one state partition along with one source, call by call; knows how far it got (sessions §12.5). */
export class StateBringer {
  constructor(
    private readonly store: HitStore,
    private readonly context: Omit<CallContext, 'scopes'>,
    private brought: number,
  ) {}

  get sequence(): number {
    return this.brought;
  }

  /**
   * Applies everything behind the position to the store. Safe to repeat: what is applied already is passed over.
   * @throws Fault `STATE_LOST` when the store knows less of this source than it must
   */
  async bring(entries: readonly SourceEntry[], scopes: CallContext['scopes'], onCall: (brought: BroughtCall) => void): Promise<void> {
    const context = { ...this.context, scopes };
    let rest = this.#behind(entries);
    let cursor: Cursor = { entry: 0, hit: 0 };
    while (cursor.entry < rest.length) {
      const { call, end } = nextCall(context, rest, cursor, this.brought);
      const startedMs = performance.now();
      const reply = await this.store.ingest(call);
      switch (reply.kind) {
        case 'applied':
          onCall({ ...reply, call, elapsedMs: performance.now() - startedMs });
          this.brought = call.next;
          cursor = end;
          break;
        case 'already_applied':
          this.brought = reply.at;
          rest = this.#behind(entries);
          cursor = { entry: 0, hit: 0 };
          break;
        case 'state_lost':
          throw new Fault('STATE_LOST', 'the store of open sessions has lost what it had taken, and is being rebuilt', {
            state: String(context.state),
            source: String(context.source),
            expected: String(call.previous),
            found: String(reply.at),
          });
      }
    }
  }

  #behind(entries: readonly SourceEntry[]): readonly SourceEntry[] {
    const first = entries[0];
    if (first === undefined || first.sequence > this.brought) return entries;
    return entries.filter(({ sequence }) => sequence > this.brought);
  }
}
