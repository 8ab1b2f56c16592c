import type { Identifier } from '../../identity/identifier.js';
import { protoSessionHitsKey } from '../../wheel/keys.js';
import { NOTHING_COLLECTED, type Collected, type Context } from '../context.js';
import { Droppable } from '../errors.js';
import { mergeHopsOf, withMergeHop, type FiledHit, type PassingHit } from '../filed-hit.js';
import type { HitOutcome, Middleware, Next } from '../middleware.js';
import { after, type Eventually } from '../storage/eventually.js';
import type { Merge } from '../storage/aux-stores.js';
import type { KeyValueStore } from '../storage/key-value-store.js';
import { OwnerRegister } from './owner-register.js';

/** Front of the pipeline: what is pushed here comes back as a task (sessions §6). */
export interface ReceiverStorage {
  /** Durable when it returns. Hits keep the session key they were given. */
  push(hits: readonly FiledHit[]): Eventually<void>;
}

/** Moves of one hit without being stored once; more means that two proto-sessions bounce it between them (D1). */
export const MERGE_HOPS_MAX = 8;

/**
 * Joins clients that show the same identifier (sessions §6, D1, D10, D20): the owner of the identifier survives, and the newcomer's
 * whole proto-session moves to it through the receiver storage.
 */
export class Evicter implements Middleware {
  private readonly stamps: OwnerRegister;
  /** True as long as nobody has looked since a merge was begun, or since the start of this process. */
  private mayHaveUnfinished = true;

  /** Stamps may lie in a store of their own, shared by several handlers. */
  constructor(
    stampStore: KeyValueStore,
    private readonly receiver: ReceiverStorage,
  ) {
    this.stamps = new OwnerRegister(stampStore);
  }

  handle(context: Context, hit: PassingHit, next: Next): Eventually<HitOutcome> {
    if (!this.mayHaveUnfinished) return this.claim(context, hit, 0, next);
    return this.finishMerges(context).then(() => {
      // What was finished may have moved this hit's client.
      const sessionKey = context.aux.aliases.of(hit.sessionKey) ?? hit.sessionKey;
      return this.claim(context, { ...hit, sessionKey }, 0, next);
    });
  }

  onCleanup({ aux }: Context, sessionKey: string): Eventually<void> {
    return after(this.stamps.releaseAll(sessionKey), () =>
      after(new OwnerRegister(aux.users).releaseAll(sessionKey), () => {
        aux.aliases.release(sessionKey);
      }),
    );
  }

  onCollect(): Collected {
    return NOTHING_COLLECTED;
  }

  async onPing(context: Context): Promise<void> {
    if (this.mayHaveUnfinished) await this.finishMerges(context);
  }

  /** From one identifier to the next as long as nobody else has them, which is so for most hits. */
  private claim(context: Context, hit: PassingHit, place: number, next: Next): Eventually<HitOutcome> {
    const identifier = hit.identifiers[place];
    if (identifier === undefined) return next(hit);
    return after(this.ownerMet(context, identifier, hit.sessionKey), owner =>
      owner === hit.sessionKey ? this.claim(context, hit, place + 1, next) : this.join(context, hit, place),
    );
  }

  /** Merges with one owner after the other, beginning with that of the identifier at a place (D1). */
  private async join(context: Context, hit: PassingHit, place: number): Promise<HitOutcome> {
    if (mergeHopsOf(hit.hit) >= MERGE_HOPS_MAX) throw new Droppable('MERGE_HOPS_EXCEEDED', 'merges keep moving it');
    const losers: string[] = [];
    let { sessionKey } = hit;
    for (const identifier of hit.identifiers.slice(place)) {
      for (;;) {
        const owner = await this.ownerMet(context, identifier, sessionKey);
        if (owner === sessionKey) break;
        await this.beginMerge(context, sessionKey, owner);
        losers.push(sessionKey);
        sessionKey = owner;
      }
    }
    await this.move(context, { survivor: sessionKey, losers }, hit);
    return 'moved';
  }

  /** The live owner of an identifier, which is the proto-session itself when nobody else had it. */
  private ownerMet({ aux }: Context, { type, hash, alsoLookUp }: Identifier, sessionKey: string): Eventually<string> {
    const register = type === 'stamp' ? this.stamps : new OwnerRegister(aux.users);
    const before = alsoLookUp === undefined ? null : register.ownerOf(alsoLookUp);
    return after(before, other =>
      after(other !== null && other !== sessionKey ? other : register.claim(hash, sessionKey), owner =>
        // An entry that a crash left behind may name a client that was merged meanwhile; an alias leads to who lives.
        owner === sessionKey ? owner : (aux.aliases.of(owner) ?? owner),
      ),
    );
  }

  /** Everything of the loser but its hits goes to the survivor: identifiers, aliases, the later expiry (D1). */
  private async beginMerge(context: Context, loser: string, survivor: string): Promise<void> {
    const { aliases, merges, users } = context.aux;
    this.mayHaveUnfinished = true;
    merges.begin({ survivor, losers: [loser] });
    await this.stamps.moveAll(loser, survivor);
    await new OwnerRegister(users).moveAll(loser, survivor);
    for (const member of aliases.membersOf(loser)) aliases.point(member, survivor);
    aliases.point(loser, survivor);
    const [lost, kept] = [await context.expiries.read(loser), await context.expiries.read(survivor)];
    if (lost !== null && (kept === null || lost > kept)) await context.expiries.write(survivor, lost);
  }

  /** Pushes first, then forgets: a failure in between leaves two copies of a hit, of which the filter lets one in. */
  private async move(context: Context, { survivor, losers }: Merge, newcomer?: PassingHit): Promise<void> {
    const { aux, sets, guard } = context;
    const stored: FiledHit[] = [];
    for (const loser of losers) {
      const { hits, unreadable } = await context.collect(loser);
      for (const filed of hits) stored.push(filed);
      for (const member of unreadable) await sets.add(protoSessionHitsKey(survivor), member);
    }
    const moving = newcomer === undefined ? stored : [...stored, newcomer];
    this.awaitMoved(context, { survivor, losers }, moving.length);
    if (moving.length > 0) await this.receiver.push(moving.map(({ hit }) => ({ hit: withMergeHop(hit), sessionKey: survivor })));
    for (const { hit } of stored) aux.filter.forget(guard.identify(hit).clientKey, hit.id);
    for (const loser of losers) {
      await context.cleanUp(loser);
      aux.merges.finish(loser);
    }
    aux.merges.finish(survivor);
  }

  /** The survivor's caps wait until all that is on its way has come back. */
  private awaitMoved({ aux }: Context, { survivor, losers }: Merge, moving: number): void {
    const notes = aux.notes.of(survivor);
    if (notes === null) return;
    notes.awaited += moving;
    for (const loser of losers) notes.awaited += aux.notes.of(loser)?.awaited ?? 0;
    aux.notes.save(survivor, notes);
  }

  /** Merges that an earlier failure, or the end of an earlier process, left in the middle. */
  private async finishMerges(context: Context): Promise<void> {
    for (const { survivor, losers } of context.aux.merges.unfinished()) {
      const live = context.aux.aliases.of(survivor) ?? survivor;
      for (const loser of losers) if (context.aux.aliases.of(loser) === null) await this.beginMerge(context, loser, live);
      await this.move(context, { survivor: live, losers });
      context.aux.merges.finish(survivor);
    }
    this.mayHaveUnfinished = false;
  }
}
