import type { InstantMs } from '@drawdown/calendar';
import type { Content } from '../content/content.js';
import type { ResolvedOptions } from '../definition/options.js';
import type { KindRules } from '../definition/rules.js';
import type { WorkOutcome } from '../work/outcome.js';

/** By which a repeated command is recognised (design §3.11). */
export interface CommandIdentity {
  readonly id: string;
  /** Hash of what was asked: the same id with another body is a mistake of the caller. */
  readonly bodyHash: string;
}

/** What every command says. */
export interface CommandBase {
  readonly now: InstantMs;
  /** Commands of people and of other services have one; the engine's own need none. */
  readonly identity?: CommandIdentity | undefined;
}

/** An object as it was handed over or listed, validated and resolved. */
export interface InformedObject {
  readonly kind: string;
  readonly objectId: string;
  readonly content: Content;
  readonly options: ResolvedOptions;
  /** The object's own created-at; null if it gives none. */
  readonly externalCreatedAt: InstantMs | null;
}

/** Bodies of the commands about one resource, by type. */
export interface ResourceCommands {
  /** A caller hands over one object (§6). */
  inform: CommandBase & {
    readonly informed: InformedObject;
    /** The id of the record if there is none yet. */
    readonly newId: string;
    readonly rules: KindRules;
    /** Write nothing if the object is unchanged and synced. */
    readonly onlyIfChanged: boolean;
  };
  /** An informer run came upon one object (§7.4). */
  list: CommandBase & {
    readonly informed: InformedObject;
    readonly newId: string;
    readonly rules: KindRules;
    readonly processExisting: boolean;
  };
  /** Somebody wants a run at an instant (§6.5); `informed` counts only for a new record. */
  wake: CommandBase & { readonly informed: InformedObject; readonly newId: string; readonly deadline: InstantMs };
  /** An owner wants to work (§15.5). */
  claim: CommandBase & { readonly owner: string };
  /** An attempt says that it still runs. */
  heartbeat: CommandBase & { readonly token: number };
  /** An attempt is over. */
  complete: CommandBase & {
    readonly token: number;
    readonly outcome: WorkOutcome;
    readonly rules: KindRules;
    /** Where between the backoff's bounds the delay lies, in [0, 1); absent: no jitter. */
    readonly jitter?: number | undefined;
  };
  invalidate: CommandBase & { readonly kind: string; readonly objectId: string; readonly immediate: boolean };
  retry: CommandBase & { readonly kind: string; readonly objectId: string };
  suspend: CommandBase & {
    readonly kind: string;
    readonly objectId: string;
    readonly reason: string;
    readonly by: string;
    readonly until: InstantMs | null;
  };
  resume: CommandBase & { readonly kind: string; readonly objectId: string };
  /** The expirer came upon the record; `ttlMs` is its namespace's, 0 = never. */
  expire: CommandBase & { readonly ttlMs: number };
  /** The rescheduler came upon the record. */
  reschedule: CommandBase;
  /** The cleaner came upon the record. */
  remove: CommandBase & { readonly retention: Retention };
}

/** How long records of a namespace rest before they are removed, in ms. */
export interface Retention {
  readonly deletedMs: number;
  readonly syncedMs: number;
  readonly degradedMs: number;
  /** Synced records are not removed where they expire and come back. */
  readonly expires: boolean;
}

export type CommandType = keyof ResourceCommands;

/** A command about one resource. */
export type ResourceCommand<Type extends CommandType = CommandType> = {
  [Each in Type]: { readonly type: Each } & ResourceCommands[Each];
}[Type];
