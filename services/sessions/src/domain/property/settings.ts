import type { Platform } from '../hit/hit.js';

/**
 * `client`: no relation between clients can exist, state lies where the hits arrive, so that a large property spreads out.
 * `property`: join rules are allowed, all state of the property lies in one partition (sessions §12.1). Fixed at creation.
 */
export type Scope = 'client' | 'property';

/** Conditions at which a closed proto-session is cut (sessions §13.1); null is off. */
export interface SplitSettings {
  readonly inactivity: boolean;
  readonly maxSinceFirstEventMs: number | null;
  readonly maxEvents: number | null;
  readonly userIdChange: boolean;
  readonly campaignChange: boolean;
}

/** Where the calendar cuts sessions (sessions §15.6). Billing periods repeat `interval` (ISO 8601) from `anchorMs`. */
export type CalendarBoundary =
  | { readonly kind: 'none' }
  | { readonly kind: 'midnight'; readonly timeZone: string }
  | { readonly kind: 'billing_period'; readonly anchorMs: number; readonly interval: string };

/** A named condition on hits (sessions §13.2). In test mode a match is only noted. */
export interface FilterSettings {
  readonly name: string;
  readonly action: 'exclude' | 'allow';
  readonly mode: 'live' | 'test';
  readonly expression: string;
}

/** Whose usage a session is. */
export type RuleCustomer = { readonly kind: 'fixed'; readonly key: string } | { readonly kind: 'user_id' } | { readonly kind: 'client_id' };

/** Turns a session into one usage event (design §5, 1). Its data is `{value}`: 1, whole seconds, or the number of hits. */
export interface UsageRule {
  /** Last part of the usage event's id. */
  readonly key: string;
  readonly measure: 'count' | 'duration' | 'hits';
  /** CloudEvents type of the usage event. */
  readonly eventType: string;
  readonly customer: RuleCustomer;
}

/** Hard caps: the reaching hit is stored, then the proto-session closes (D11). */
export interface HardCaps {
  readonly hits: number;
  /** From the first hit on. */
  readonly ms: number;
  /** Sizes of hits as in sessions §2.2. */
  readonly bytes: number;
}

/** All that can be set for a property (sessions §10.1, §11, §13, §15); all but the scope changeable while it runs. */
export interface PropertySettings {
  readonly scope: Scope;
  /** D, the inactivity timeout. */
  readonly timeoutMs: number;
  /** D for hits of a platform (sessions §15.7). */
  readonly platformTimeoutsMs: Readonly<Partial<Record<Platform, number>>>;
  readonly joinByStamp: boolean;
  readonly joinByUserId: boolean;
  /** Headers that the computed stamp is made of, in order (sessions §10.2). Null: no stamp is computed. */
  readonly stampHeaders: readonly string[] | null;
  /** 0 keeps addresses whole, 4 removes them (sessions §10.1). */
  readonly ipMasking: 0 | 1 | 2 | 3 | 4;
  readonly hardCaps: HardCaps;
  /** Clients that one identifier may join before it is taken for an office, a carrier or a bot (sessions §15.4). */
  readonly clientsPerIdentifierMax: number;
  /** Open sessions at once; hits that would open another are refused (sessions §12.6). Null: no quota. Partitions of scope `client` share it. */
  readonly openSessionsMax: number | null;
  /** Bytes of open hits; hits beyond are refused. Null: no quota. Shared alike. */
  readonly openBytesMax: number | null;
  /** Proto-sessions of one client closed by a cap before it is tagged a bot (sessions §15.12). */
  readonly botAfterHardCaps: number;
  readonly split: SplitSettings;
  readonly calendarBoundary: CalendarBoundary;
  readonly filters: readonly FilterSettings[];
  /** Publish `session.opened` (sessions §15.8). */
  readonly announceOpened: boolean;
  readonly usageRules: readonly UsageRule[];
}

export interface Property {
  readonly namespace: string;
  readonly propertyId: string;
  readonly settings: PropertySettings;
  /** Counts changes of the settings from 1. */
  readonly settingsVersion: number;
}
